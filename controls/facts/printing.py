"""Printing values: the form a canonical value has on paper."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from .types import KIND_WORDS, OTHER, UNIT_WORDS, FactType, Value, localized, plain


def bare(value: Value) -> Value:
    """The value without the remark that may stand beside it: what conditions in phrases compare."""
    if isinstance(value, dict) and value.keys() == {"value", "detail"}:
        bare_value: Value = value["value"]
        return bare_value
    return value


def detail(value: Value) -> str:
    return str(value["detail"]) if isinstance(value, dict) and "detail" in value else ""


def display(type_: FactType, value: Value, lang: str = "ja") -> str:
    """The printed form of a canonical value, as it stands inside a sentence. その他 gives way to its remark.

    A table comes out as one line (see :func:`table_cells`), a reference to a section as its key (whoever has
    the outline knows number and title).
    """
    printed = _bare_display(type_, bare(value), lang)
    remark = detail(value)
    if not remark:
        return printed
    if type_["kind"] == "choice" and bare(value) == OTHER:
        return remark
    return f"{printed} ({remark})" if lang == "en" else f"{printed}（{remark}）"


def _bare_display(type_: FactType, value: Value, lang: str) -> str:  # noqa: PLR0911
    kind = type_["kind"]
    comma = ", " if lang == "en" else "、"
    match kind, value:
        case "bool", bool():
            return localized(type_["words"]["yes" if value else "no"], lang)
        case "choice", str():
            return _word(type_["options"], value, lang)
        case "choices", list():
            return comma.join(_word(type_["options"], key, lang) for key in value)
        case "number", int():
            word = localized(type_["unit"], lang) if type_.get("unit") else ""
            return f"{value} {word}".strip() if lang == "en" else f"{value}{word}"
        case "percent", int() | float():
            return f"{plain(value)}%"
        case "duration", _:
            return _display_duration(type_, value, lang)
        case "date", str():
            return _display_date(value, lang)
        case "list", list():
            return comma.join(value)
        case "table", list():
            return comma.join(" / ".join(row.values()) for row in value)
        case "reference", dict():
            return _display_reference(value, lang)
        case _:
            return str(value)


def _word(options: Sequence[Mapping[str, Any]], key: str, lang: str) -> str:
    return next((localized(option, lang) for option in options if option["key"] == key), key)


def _display_duration(type_: FactType, value: Value, lang: str) -> str:
    if not isinstance(value, dict):
        return _word(type_.get("options", ()), str(value), lang)
    amount, unit = value["value"], value["unit"]
    if lang == "en":
        word = UNIT_WORDS[unit]["en"] + ("" if amount == 1 else "s")
        if type_.get("every"):
            return f"every {word}" if amount == 1 else f"every {amount} {word}"
        return f"{amount} {word}"
    return f"{amount}{UNIT_WORDS[unit]['ja']}{'ごと' if type_.get('every') else ''}"


def _display_date(value: str, lang: str) -> str:
    day = datetime.date.fromisoformat(value)
    if lang == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _display_reference(value: Mapping[str, Any], lang: str) -> str:
    if "section" in value:
        return str(value["section"])
    return f"“{value['document']}”" if lang == "en" else f"「{value['document']}」"


def address(type_: FactType, value: Value) -> str:
    """The address a printed value links to (of a URL, of a referenced document), or an empty string."""
    if type_["kind"] == "url":
        return str(value)
    if type_["kind"] == "reference" and isinstance(value, dict):
        return str(value.get("url", ""))
    return ""


def section(type_: FactType, value: Value) -> str:
    """The section (key or control number) that a reference names, or an empty string."""
    return str(value.get("section", "")) if type_["kind"] == "reference" and isinstance(value, dict) else ""


def unit(type_: FactType, value: Value) -> str:
    """What the number counts: ``day``, ``%``, a number's unit in Japanese; empty when nothing is counted."""
    if type_["kind"] == "duration":
        return str(value["unit"]) if isinstance(value, dict) else ""
    if type_["kind"] == "percent":
        return "%"
    if type_["kind"] == "number" and type_.get("unit"):
        return str(type_["unit"]["ja"])
    return ""


def describe(type_: FactType, lang: str = "ja") -> str:
    """What is entered for such a fact, in a few words: 「期間（日、か月、無期限）」."""
    if type_["kind"] == "bool":
        choices = [localized(type_["words"][answer], lang) for answer in ("yes", "no")]
    else:
        entries = [*map(UNIT_WORDS.__getitem__, type_.get("units", ())), *type_.get("options", ())]
        choices = [localized(entry, lang) for entry in (*entries, *type_.get("columns", ()))]
    if type_["kind"] == "number" and type_.get("unit"):
        choices.append(localized(type_["unit"], lang))
    word = localized(KIND_WORDS[type_["kind"]], lang)
    if not choices:
        return word
    return f"{word} ({', '.join(choices)})" if lang == "en" else f"{word}（{'、'.join(choices)}）"


def table_cells(type_: FactType, value: Value, lang: str = "ja") -> tuple[list[str], list[list[str]]]:
    """Headers and rows of a table; columns that are empty in every row are left out."""
    if type_["kind"] != "table" or not isinstance(value, list):
        raise ValueError(f"a {type_['kind']} has no cells")
    columns = [column for column in type_["columns"] if any(row.get(column["key"]) for row in value)]
    headers = [localized(column, lang) for column in columns]
    return headers, [[str(row.get(column["key"], "")) for column in columns] for row in value]

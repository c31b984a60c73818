"""Reading values: from what a form or a file gives to the canonical value."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from accounts.characters import InvalidText, clean

from .types import NO, OTHER, UNIT_SPELLINGS, UNIT_WORDS, YES, FactType, Value, folded, plain

MAX_TEXT = 2_000
MAX_ITEMS = 100
MAX_ROWS = 200
MAX_NUMBER = 10**12

_INTEGER = re.compile(r"-?[0-9]{1,13}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
_AMOUNT = re.compile(r"([0-9]{1,13})\s*([^0-9\s].*)?")
_DATE = re.compile(r"([0-9]{4})(?:-|/|年)([0-9]{1,2})(?:-|/|月)([0-9]{1,2})日?")
_SECTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class InvalidFact(Exception):
    """The value does not fit the type. The message is a Japanese sentence for the person who entered it."""

    @property
    def sentence(self) -> str:
        return str(self)


def parse(type_: FactType, raw: object) -> Value:
    """The canonical value of ``raw`` (from a form or a file). Raises :class:`InvalidFact`."""
    if raw is None:
        raise InvalidFact("値が入力されていません。")
    return _PARSERS[type_["kind"]](type_, raw)


def _line(raw: object, limit: int = MAX_TEXT) -> str:
    """One line of text, at least one character, none of them a control character."""
    if not isinstance(raw, str):
        raise InvalidFact("文字列で入力してください。")
    text = raw.strip()
    if not text:
        raise InvalidFact("空の値は入力できません。")
    if len(text) > limit:
        raise InvalidFact(f"{limit:,}文字以内で入力してください。")
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or ord(character) & 0xFFFE == 0xFFFE:
            raise InvalidFact("改行や制御文字は使えません。1行で入力してください。")
    try:
        clean(text)
    except InvalidText as error:
        raise InvalidFact(str(error)) from error
    return text


def _chosen(options: Sequence[Mapping[str, Any]], raw: object) -> str | None:
    """The key of the option that ``raw`` names by key or by any of its words; ``None`` when there is none."""
    if not isinstance(raw, str):
        return None
    wanted = folded(raw)
    named = next((option for option in options if option["key"] == wanted), None)
    named = named or next((option for option in options if wanted in _accepted(option)), None)
    return str(named["key"]) if named else None


def _accepted(words: Mapping[str, Any]) -> set[str]:
    """What may be written for an answer: the words that are printed for it, and others."""
    return {folded(word) for word in (words["ja"], words["en"], *words.get("also", ()))}


def _words(options: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(str(option["ja"]) for option in options)


def _with_detail(type_: FactType, raw: object, parse_bare: Callable[[FactType, object], Value]) -> Value:
    """A bare value, or ``{value, detail}`` where the type allows a remark beside it."""
    if not isinstance(raw, Mapping):
        return parse_bare(type_, raw)
    _only_keys(raw, {"value", "detail"})
    if "value" not in raw:
        raise InvalidFact("value がありません。")
    value = parse_bare(type_, raw["value"])
    detail = raw.get("detail", "")
    if detail == "":
        return value
    if not type_.get("detail"):
        raise InvalidFact("この項目に補足は入力できません。")
    return {"value": value, "detail": _line(detail)}


def _only_keys(raw: Mapping[Any, Any], allowed: set[str]) -> None:
    for key in raw:
        if key not in allowed:
            raise InvalidFact(f"{str(key)[:60]} という項目はありません。使えるのは {'、'.join(sorted(allowed))} です。")


def _bool(type_: FactType, raw: object) -> Value:
    return _with_detail(type_, raw, _bare_bool)


def _bare_bool(type_: FactType, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        words = type_["words"]
        wanted = folded(raw)
        if wanted in YES or wanted in _accepted(words["yes"]):
            return True
        if wanted in NO or wanted in _accepted(words["no"]):
            return False
    raise InvalidFact("true か false で入力してください。")


def _choice(type_: FactType, raw: object) -> Value:
    if isinstance(raw, str) and _takes_own_words(type_) and _chosen(type_["options"], raw) is None:
        return {"value": OTHER, "detail": _line(raw)}
    return _with_detail(type_, raw, _bare_choice)


def _takes_own_words(type_: FactType) -> bool:
    """Whether what is none of the options is still an answer: その他, in the provider's own words."""
    return bool(type_.get("detail")) and any(option["key"] == OTHER for option in type_["options"])


def _bare_choice(type_: FactType, raw: object) -> Value:
    key = _chosen(type_["options"], raw)
    if key is None:
        raise InvalidFact(f"次の中から1つ選んでください：{_words(type_['options'])}。")
    return key


def _choices(type_: FactType, raw: object) -> Value:
    options = type_["options"]
    items: Sequence[object]
    if isinstance(raw, str):
        items = [raw] if _chosen(options, raw) else [item for item in re.split("[、,，]", raw) if item.strip()]
    elif isinstance(raw, (list, tuple)):
        items = raw
    else:
        raise InvalidFact("一覧で入力してください。")
    keys: list[str] = []
    for item in items:
        key = _chosen(options, item)
        if key is None:
            raise InvalidFact(f"次の中から選んでください：{_words(options)}。")
        if key not in keys:
            keys.append(key)
    if not keys:
        raise InvalidFact("1つ以上選んでください。")
    return keys


def _text(type_: FactType, raw: object) -> Value:
    return _line(raw, min(type_.get("max_length", MAX_TEXT), MAX_TEXT))


def is_web_address(text: str) -> bool:
    """Whether ``text`` is a complete http(s) address that may safely become a link."""
    if not text or len(text) > MAX_TEXT or re.search(r'[\s<>"\\`{}|^\x00-\x20\x7f]', text):
        return False
    try:
        parts = urlsplit(text)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and port_is_sound


def _url(type_: FactType, raw: object) -> Value:  # noqa: ARG001
    address = _line(raw)
    if not is_web_address(address):
        raise InvalidFact("https:// か http:// で始まるURLを入力してください。")
    return address


def _integer(raw: object, minimum: int) -> int:
    if isinstance(raw, str):
        digits = unicodedata.normalize("NFKC", raw).strip().replace(",", "")
        if _INTEGER.fullmatch(digits):
            raw = int(digits)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise InvalidFact("整数で入力してください。")
    if raw < minimum:
        raise InvalidFact(f"{minimum}以上の整数で入力してください。")
    if raw > MAX_NUMBER:
        raise InvalidFact("数が大きすぎます。")
    return int(raw)


def _number(type_: FactType, raw: object) -> Value:
    if isinstance(raw, str):
        text = folded(raw)
        for word in type_.get("unit", {}).values():
            if word and text.endswith(folded(word)):
                raw = text.removesuffix(folded(word))
                break
    return _integer(raw, type_.get("minimum", 0))


def _percent(type_: FactType, raw: object) -> Value:
    if isinstance(raw, str):
        digits = unicodedata.normalize("NFKC", raw).strip().removesuffix("%").strip()
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        digits = plain(raw)
    else:
        digits = ""
    if not _DECIMAL.fullmatch(digits):
        raise InvalidFact("百分率の数値を、小数6桁以内で入力してください。例：99.9")
    number = Decimal(digits)
    minimum, maximum = type_.get("minimum", 0), type_.get("maximum", 100)
    if not Decimal(str(minimum)) <= number <= Decimal(str(maximum)):
        raise InvalidFact(f"{plain(minimum)}から{plain(maximum)}までの数値で入力してください。")
    return int(number) if number == number.to_integral_value() else float(number)


def _duration(type_: FactType, raw: object) -> Value:
    option = _chosen(type_.get("options", ()), raw)
    if option is not None:
        return option
    unit: object = None
    amount = raw
    if isinstance(raw, Mapping):
        _only_keys(raw, {"value", "unit"})
        if "value" not in raw:
            raise InvalidFact("value がありません。")
        amount, unit = raw["value"], raw.get("unit")
    elif isinstance(raw, str):
        match = _AMOUNT.fullmatch(folded(raw))
        if not match:
            raise InvalidFact(_duration_hint(type_))
        amount, unit = match.groups()
        if isinstance(unit, str) and type_.get("every"):
            unit = unit.removesuffix("ごと").removesuffix("毎")
    return {"value": _integer(amount, type_.get("minimum", 0)), "unit": _unit(type_, unit)}


def _unit(type_: FactType, raw: object) -> str:
    if raw is None:
        return str(type_["units"][0])
    unit = UNIT_SPELLINGS.get(folded(raw)) if isinstance(raw, str) else None
    if unit is None or unit not in type_["units"]:
        raise InvalidFact(_duration_hint(type_))
    return unit


def _duration_hint(type_: FactType) -> str:
    units = "、".join(UNIT_WORDS[unit]["ja"] for unit in type_["units"])
    others = "".join(f"、または「{option['ja']}」" for option in type_.get("options", ()))
    return f"期間は整数と単位（{units}）{others}で入力してください。"


def _date(type_: FactType, raw: object) -> Value:  # noqa: ARG001
    if isinstance(raw, datetime.date) and not isinstance(raw, datetime.datetime):
        return raw.isoformat()
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", raw).strip()) if isinstance(raw, str) else None
    if match:
        year, month, day = (int(part) for part in match.groups())
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError:
            pass
    raise InvalidFact("日付を 2024-04-01 の形で入力してください。")


def _list(type_: FactType, raw: object) -> Value:  # noqa: ARG001
    items = [raw] if isinstance(raw, str) else raw
    if not isinstance(items, (list, tuple)):
        raise InvalidFact("文字列の一覧で入力してください。")
    if not items:
        raise InvalidFact("1件以上入力してください。")
    if len(items) > MAX_ITEMS:
        raise InvalidFact(f"{MAX_ITEMS}件以内で入力してください。")
    return [_line(item) for item in items]


def _table(type_: FactType, raw: object) -> Value:
    if not isinstance(raw, (list, tuple)):
        raise InvalidFact("表は行の一覧で入力してください。")
    if not raw:
        raise InvalidFact("1行以上入力してください。")
    if len(raw) > MAX_ROWS:
        raise InvalidFact(f"{MAX_ROWS}行以内で入力してください。")
    return [_row(type_, row, place) for place, row in enumerate(raw, start=1)]


def _row(type_: FactType, raw: object, place: int) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise InvalidFact(f"{place}行目：列名と値の組で入力してください。")
    columns = [column["key"] for column in type_["columns"]]
    for key in raw:
        if key not in columns:
            raise InvalidFact(
                f"{place}行目：{str(key)[:60]} という列はありません。使えるのは {'、'.join(columns)} です。"
            )
    row = {}
    for column in type_["columns"]:
        key = column["key"]
        cell = raw.get(key, "")
        if isinstance(cell, str) and not cell.strip():
            continue
        try:
            if isinstance(cell, int) and not isinstance(cell, bool):
                cell = str(_integer(cell, -MAX_NUMBER))
            row[key] = _line(cell)
        except InvalidFact as error:
            raise InvalidFact(f"{place}行目の「{column['ja']}」：{error}") from None
    if not row:
        raise InvalidFact(f"{place}行目：1つ以上の欄に入力してください。")
    return row


def _reference(type_: FactType, raw: object) -> Value:
    if isinstance(raw, str):
        return {"document": _line(raw)}
    if not isinstance(raw, Mapping):
        raise InvalidFact("文書名を入力してください。")
    if "section" in raw:
        _only_keys(raw, {"section"})
        key = _line(raw["section"])
        if not _SECTION.fullmatch(key):
            raise InvalidFact("節の参照名か管理策番号を入力してください。")
        return {"section": key}
    _only_keys(raw, {"document", "url"})
    if "document" not in raw:
        raise InvalidFact("文書名を入力してください。")
    value = {"document": _line(raw["document"])}
    if raw.get("url", "") != "":
        value["url"] = str(_url(type_, raw["url"]))
    return value


_PARSERS: dict[str, Callable[[FactType, object], Value]] = {
    "bool": _bool,
    "choice": _choice,
    "choices": _choices,
    "text": _text,
    "url": _url,
    "number": _number,
    "percent": _percent,
    "duration": _duration,
    "date": _date,
    "list": _list,
    "table": _table,
    "reference": _reference,
}

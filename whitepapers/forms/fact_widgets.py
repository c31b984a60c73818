"""The inputs of a fact, one widget per kind.

What stands in the inputs is *typed*: text as somebody typed it, sound or not, so that nothing is lost when the
page comes back. ``typed`` makes it of a canonical value, ``entered`` makes of it what ``controls.facts.parse``
reads, or None when everything is empty. The inputs of a composite fact hang together by their name: ``name``,
``name-unit``, ``name-detail``, ``name-2-country``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django import forms
from django.utils.translation import gettext as _

from controls import facts as kinds

EMPTY_ROWS = 2
Sections: TypeAlias = Sequence[tuple[str, Sequence[tuple[str, str]]]]  # headings with entries: key and words
_EITHER_OPTION = "="  # before the key of a duration's named alternative: 「=unlimited」


class FactWidget(forms.Widget):
    """One line of text, the plainest kind. Other kinds differ in what is typed, and in the template."""

    template_name = "whitepapers/widgets/text.html"
    is_group = False  # several inputs below one label

    def __init__(self, type_: kinds.FactType) -> None:
        super().__init__()
        self.type = type_

    def typed(self, value: Any) -> Any:
        return "" if value is None else str(value)

    def entered(self, typed: Any) -> Any:
        return typed if typed.strip() else None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return data.get(name, "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return False

    def format_value(self, value: Any) -> Any:
        return value

    def id_for_label(self, id_: str, index: str | None = None) -> str:  # noqa: ARG002
        return id_

    def get_context(self, name: str, value: Any, attrs: Mapping[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, dict(attrs or {}))
        context["widget"] |= {
            "type": self.type,
            "typed": self.typed(None) if value is None else value,
            "id": context["widget"]["attrs"].pop("id", name),
        }
        context["widget"] |= self.more(context["widget"]["typed"])
        return context

    def more(self, typed: Any) -> dict[str, Any]:  # noqa: ARG002
        """What the template needs besides."""
        return {"input_type": "text"}


class LongTextWidget(FactWidget):
    template_name = "whitepapers/widgets/long_text.html"

    def more(self, typed: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"rows": 2}


class UrlWidget(FactWidget):
    def more(self, typed: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"input_type": "url"}


class DateWidget(FactWidget):
    def more(self, typed: Any) -> dict[str, Any]:  # noqa: ARG002
        return {"input_type": "date"}


class NumberWidget(FactWidget):
    """A text input all the same: full-width digits are welcome, and what is no number comes back to be mended."""

    template_name = "whitepapers/widgets/number.html"

    def typed(self, value: Any) -> Any:
        return "" if value is None else kinds.display({"kind": self.type["kind"]}, value).removesuffix("%")

    def more(self, typed: Any) -> dict[str, Any]:  # noqa: ARG002
        if self.type["kind"] == "percent":
            return {"unit": "%", "input_mode": "decimal"}
        unit = self.type.get("unit")
        return {"unit": kinds.localized(unit, "ja") if unit else "", "input_mode": "numeric"}


class ListWidget(LongTextWidget):
    """One entry per line."""

    def typed(self, value: Any) -> Any:
        return "\n".join(value or ())

    def entered(self, typed: Any) -> Any:
        return [line for line in re.split(r"\r\n|\r|\n", typed) if line.strip()] or None

    def more(self, typed: Any) -> dict[str, Any]:
        return {"rows": min(max(4, typed.count("\n") + 2), 12), "hint": _("1行に1つずつ入力してください。")}


class ChoiceWidget(FactWidget):
    """One of several, with a remark where the type has one."""

    template_name = "whitepapers/widgets/choice.html"
    empty_word = ""

    def __init__(self, type_: kinds.FactType) -> None:
        super().__init__(type_)
        self.is_group = bool(type_.get("detail"))

    def typed(self, value: Any) -> Any:
        bare = None if value is None else kinds.bare(value)
        return {"value": self._key(bare), "detail": "" if value is None else kinds.detail(value)}

    def _key(self, bare: Any) -> str:
        return bare or ""

    def entered(self, typed: Any) -> Any:
        detail = typed["detail"].strip()
        if not typed["value"]:
            if detail:
                raise kinds.InvalidFact(_("補足だけでは保存できません。値も選んでください。"))
            return None
        return {"value": typed["value"], "detail": detail} if detail else typed["value"]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return {"value": data.get(name, ""), "detail": data.get(f"{name}-detail", "")}

    def options(self) -> list[tuple[str, str]]:
        return [(option["key"], kinds.localized(option, "ja")) for option in self.type["options"]]

    def more(self, typed: Any) -> dict[str, Any]:
        options = [*self.options(), ("", self.empty_word or _("未記入"))]
        return {"options": [(key, word, key == typed["value"]) for key, word in options]}


class BoolWidget(ChoiceWidget):
    template_name = "whitepapers/widgets/bool.html"

    def __init__(self, type_: kinds.FactType) -> None:
        super().__init__(type_)
        self.is_group = True

    def _key(self, bare: Any) -> str:
        return {True: "true", False: "false"}.get(bare, "")

    def options(self) -> list[tuple[str, str]]:
        words = self.type["words"]
        return [("true", kinds.localized(words["yes"], "ja")), ("false", kinds.localized(words["no"], "ja"))]


class ChoicesWidget(FactWidget):
    template_name = "whitepapers/widgets/choices.html"
    is_group = True

    def typed(self, value: Any) -> Any:
        return list(value or ())

    def entered(self, typed: Any) -> Any:
        return typed or None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, ()))

    def more(self, typed: Any) -> dict[str, Any]:
        options = {option["key"]: kinds.localized(option, "ja") for option in self.type["options"]}
        chosen = [key for key in typed if key in options]
        if chosen != [key for key in options if key in chosen]:
            # Printed in an order of their own: they stand first, in that order, which a save then keeps.
            options = {key: options[key] for key in [*chosen, *options]}
        return {"options": [(key, word, key in chosen) for key, word in options.items()]}


class DurationWidget(FactWidget):
    """A number and its unit; the named alternatives (「定期的」) stand among the units."""

    template_name = "whitepapers/widgets/duration.html"
    is_group = True

    def typed(self, value: Any) -> Any:
        if isinstance(value, str):
            return {"value": "", "unit": _EITHER_OPTION + value}
        value = value or {}
        return {"value": str(value.get("value", "")), "unit": value.get("unit", self.type["units"][0])}

    def entered(self, typed: Any) -> Any:
        amount, unit = typed["value"].strip(), typed["unit"]
        if not unit.startswith(_EITHER_OPTION):
            return {"value": amount, "unit": unit} if amount else None
        key = unit.removeprefix(_EITHER_OPTION)
        if amount:
            word = dict(self._alternatives()).get(unit, key)
            raise kinds.InvalidFact(_("「%(word)s」を選ぶときは、数値を空欄にしてください。") % {"word": word})
        return key

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return {"value": data.get(name, ""), "unit": data.get(f"{name}-unit", "")}

    def _alternatives(self) -> list[tuple[str, str]]:
        options = self.type.get("options", ())
        return [(_EITHER_OPTION + option["key"], kinds.localized(option, "ja")) for option in options]

    def more(self, typed: Any) -> dict[str, Any]:
        every = _("ごと") if self.type.get("every") else ""
        units = [(unit, kinds.localized(kinds.UNIT_WORDS[unit], "ja") + every) for unit in self.type["units"]]
        marked = [[(key, word, key == typed["unit"]) for key, word in part] for part in (units, self._alternatives())]
        return {"units": marked[0], "alternatives": marked[1]}


class TableWidget(FactWidget):
    """Rows and columns of text, with some empty rows below; a save brings new ones."""

    template_name = "whitepapers/widgets/table.html"
    is_group = True

    def typed(self, value: Any) -> Any:
        return [dict(row) for row in value or ()]

    def entered(self, typed: Any) -> Any:
        return typed or None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        columns = [column["key"] for column in self.type["columns"]]
        rows = []
        for place in range(kinds.MAX_ROWS + EMPTY_ROWS):
            names = {key: f"{name}-{place}-{key}" for key in columns}
            if not any(each in data for each in names.values()):
                break
            row = {key: data.get(each, "") for key, each in names.items()}
            if any(cell.strip() for cell in row.values()):
                rows.append(row)
        return rows

    def more(self, typed: Any) -> dict[str, Any]:
        columns = [(column["key"], kinds.localized(column, "ja")) for column in self.type["columns"]]
        rows = [*typed, *({} for _row in range(EMPTY_ROWS))]
        cells = [[(key, word, row.get(key, "")) for key, word in columns] for row in rows]
        return {"columns": columns, "rows": cells}


class ReferenceWidget(FactWidget):
    """A document with its address, or a section of the paper, chosen from those there are."""

    template_name = "whitepapers/widgets/reference.html"
    is_group = True
    parts = ("document", "url", "section")
    sections: Sections = ()

    def typed(self, value: Any) -> Any:
        return {part: (value or {}).get(part, "") for part in self.parts}

    def entered(self, typed: Any) -> Any:
        given = {part: text.strip() for part, text in typed.items() if text.strip()}
        if "section" in given and len(given) > 1:
            raise kinds.InvalidFact(_("文書と節は、どちらか一方だけを入力してください。"))
        return given or None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return {part: data.get(f"{name}-{part}" if part != "document" else name, "") for part in self.parts}

    def more(self, typed: Any) -> dict[str, Any]:
        chosen = typed["section"]
        known = any(key == chosen for _heading, entries in self.sections for key, _words in entries)
        groups = [
            (heading, [(key, words, key == chosen) for key, words in entries]) for heading, entries in self.sections
        ]
        return {"groups": groups, "elsewhere": "" if known else chosen}


WIDGETS: dict[str, type[FactWidget]] = {
    "bool": BoolWidget,
    "choice": ChoiceWidget,
    "choices": ChoicesWidget,
    "date": DateWidget,
    "duration": DurationWidget,
    "list": ListWidget,
    "number": NumberWidget,
    "percent": NumberWidget,
    "reference": ReferenceWidget,
    "table": TableWidget,
    "text": FactWidget,
    "url": UrlWidget,
}


def widget_for(type_: kinds.FactType) -> FactWidget:
    is_long = type_["kind"] == "text" and type_.get("max_length", kinds.MAX_TEXT) > 100
    return (LongTextWidget if is_long else WIDGETS[type_["kind"]])(type_)

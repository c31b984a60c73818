"""The form of many facts at one place, built from their definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from controls import facts as kinds

from ..fact_groups import Slot
from ..models import Fact
from ..stating import KEEP, MAX_NOTE, Change, Seen, fingerprint, seen
from .fact_widgets import FactWidget, widget_for


class FactField(forms.Field):
    """A fact of a type; cleans to its canonical value, or None when it is left empty."""

    widget: FactWidget

    def __init__(self, type_: kinds.FactType, **kwargs: Any) -> None:
        self.type = type_
        super().__init__(required=False, widget=widget_for(type_), **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            entered = self.widget.entered(value)
            return None if entered is None else kinds.parse(self.type, entered)
        except kinds.InvalidFact as error:
            raise ValidationError(str(error)) from error


@dataclass(frozen=True)
class SlotInputs:
    """A slot with its bound fields: what the template walks through."""

    slot: Slot
    value: forms.BoundField
    note: forms.BoundField
    confirm: forms.BoundField
    mine: forms.BoundField
    marks: forms.BoundField
    conflict: str  # what is stated by now, when somebody else was faster; "" otherwise
    has_conflict: bool

    @property
    def describedby(self) -> str:
        """Where the inputs are explained, and what is wrong with them."""
        ids = [f"{self.value.auto_id}_helptext"]
        if self.slot.display_instead:
            ids.append(f"{self.value.auto_id}_instead")
        if self.value.errors:
            ids.append(f"{self.value.auto_id}_error")
        return " ".join(ids)

    @property
    def is_open(self) -> bool:
        """Whether the part that is folded away has something to tell."""
        return bool(self.note.errors)


class FactsForm(forms.Form):
    """The facts of ``slots``. Fields per slot: ``f_`` the value, ``n_`` the source note, ``c_`` 「確認済みにする」,
    ``k_`` 「今の値を使う」, and ``d_``, hidden: fingerprints of what the page was made from, by which ``changes``
    tells what somebody changed from what somebody else did meanwhile."""

    def __init__(self, slots: Sequence[Slot], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        # Somebody may have filled a fact since, which a filter then hides: what was on the page is what counts.
        self.slots = [slot for slot in slots if data is None or f"d_{slot.key}" in data]
        self.conflicts: dict[str, Fact | None] = {}
        for slot in self.slots:
            self._add(slot)

    def _add(self, slot: Slot) -> None:
        place = f" {slot.location.name}" if slot.location else ""
        field = FactField(slot.definition.type, label=f"{slot.definition.label_ja}{place}")
        if hasattr(field.widget, "empty_word") and slot.instead:
            field.widget.empty_word = _("共通の値に従う")
        field.initial = field.widget.typed(slot.value)
        note = slot.fact.source_note if slot.fact else ""
        self.fields[f"f_{slot.key}"] = field
        self.fields[f"n_{slot.key}"] = forms.CharField(
            label=_("根拠メモ"),
            help_text=_("ペーパーには載りません。"),
            required=False,
            max_length=MAX_NOTE,
            initial=note,
            widget=forms.Textarea(attrs={"rows": 2, "maxlength": None}),
        )
        self.fields[f"c_{slot.key}"] = forms.BooleanField(label=_("今も正しいことを確認しました"), required=False)
        self.fields[f"k_{slot.key}"] = forms.BooleanField(label=_("今の値を使う（入力を取り消す）"), required=False)
        self.fields[f"d_{slot.key}"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=_marks(fingerprint(slot.value), seen(slot.fact))
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for slot in self.slots:
            note = data.get(f"n_{slot.key}")
            shown, before = _unmarked(data.get(f"d_{slot.key}", ""))
            is_annotated = bool(note) and fingerprint(_lines(note)) != before.note
            if (
                is_annotated
                and not data.get(f"k_{slot.key}")
                and data.get(f"f_{slot.key}", KEEP) is None
                and not (
                    shown == "" and before.value  # unreadable: the row is there, though the field is empty
                )
            ):
                self.add_error(f"n_{slot.key}", _("根拠メモは、値を入力すると保存できます。"))
        return data

    def changes(self, *, confirm_all: bool = False) -> list[Change]:
        """What the page asks for, of a valid form: only what differs from what it showed."""
        found = (self._change(slot, confirm_all=confirm_all) for slot in self.slots)
        return [change for change in found if change is not None]

    def _change(self, slot: Slot, *, confirm_all: bool) -> Change | None:
        data = self.cleaned_data
        if data[f"k_{slot.key}"]:
            return None
        shown, before = _unmarked(data[f"d_{slot.key}"])
        value, note = data[f"f_{slot.key}"], _lines(data[f"n_{slot.key}"])
        change_of_value = value if fingerprint(value) != shown else KEEP
        change_of_note = note if fingerprint(note) != before.note else None
        wants_confirmation = data[f"c_{slot.key}"] or confirm_all
        confirm = wants_confirmation and before.value != "" and change_of_value is KEEP
        if change_of_value is KEEP and change_of_note is None and not confirm:
            return None
        return Change(slot.definition.name, slot.location, change_of_value, change_of_note, confirm, before)

    def show_conflicts(self, conflicts: Sequence[tuple[Change, Fact | None]]) -> None:
        """Puts a sentence and the present value beside each refused change. What the page was made from is from
        now on that value: whoever saves again means it."""
        assert self.data is not None  # noqa: S101 - only a form that was sent has changes
        self.data = self.data.copy()
        by_place = {(slot.definition.name, slot.location and slot.location.pk): slot for slot in self.slots}
        for change, fact in conflicts:
            slot = by_place[change.place]
            self.conflicts[slot.key] = fact
            now = Slot(slot.definition, slot.location, fact, slot.instead)
            self.data[f"d_{slot.key}"] = _marks(fingerprint(now.value), seen(fact))
            self.add_error(f"f_{slot.key}", _conflict(fact))

    def inputs(self) -> Iterator[tuple[SlotInputs, list[SlotInputs]]]:
        """Per definition: the inputs of the place itself, and those of its locations."""
        groups: dict[str, list[SlotInputs]] = {}
        for slot in self.slots:
            groups.setdefault(slot.definition.name, []).append(self._inputs(slot))
        for main, *places in groups.values():
            yield main, places

    def _inputs(self, slot: Slot) -> SlotInputs:
        fact = self.conflicts.get(slot.key)
        now = Slot(slot.definition, slot.location, fact, None)
        value, note, confirm, mine, marks = (self[f"{kind}_{slot.key}"] for kind in "fnckd")
        shown = (now.display or str(fact.value)) if fact else ""
        return SlotInputs(slot, value, note, confirm, mine, marks, shown, slot.key in self.conflicts)


def _conflict(fact: Fact | None) -> str:
    if fact is None:
        return _("ほかの人が先に未記入に戻しました。もう一度保存すると、入力した値になります。")
    who = str(fact.confirmed_by) if fact.confirmed_by else _("ほかの人")
    return _("%(who)sが先に変更しました。もう一度保存すると、入力した値で置き換えます。") % {
        "who": _("%(name)s さん") % {"name": who} if fact.confirmed_by else who
    }


def _lines(note: str) -> str:
    """A browser sends line ends of its own."""
    return note.replace("\r\n", "\n").strip()


def _marks(shown: str, before: Seen) -> str:
    return f"{shown}.{before.value}.{before.note}"


def _unmarked(marks: str) -> tuple[str, Seen]:
    shown, value, note = (marks.split(".") + ["", ""])[:3]
    return shown, Seen(value, note)

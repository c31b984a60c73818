"""The form of many facts at one place, built from their definitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from controls import facts as kinds

from ..fact_groups import Slot
from ..models import Fact
from ..stating import KEEP, MAX_NOTE, Change, Seen, fingerprint, seen
from ..text import InvalidText, clean
from .fact_widgets import FactWidget, ReferenceWidget, Sections, widget_for


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


_TALL = frozenset(["choices", "list", "reference", "table"])  # inputs of more than a line or two
_SHORT = frozenset(["date", "duration", "number", "percent"])  # a value fits beside them


@dataclass(frozen=True)
class SlotInputs:
    """A slot with its bound fields: what the template walks through."""

    slot: Slot
    value: forms.BoundField
    note: forms.BoundField
    confirm: forms.BoundField
    mine: forms.BoundField
    marks: forms.BoundField
    has_conflict: bool
    now: str  # where there is a conflict: the value by now, "" when there is none
    note_now: str
    is_confirmed: bool  # the box beside what is taken over from the provider
    is_entered: bool  # what stands in the inputs is not what is stated

    @property
    def is_folded(self) -> bool:
        """Whether, where there is little room, the value stands alone until somebody wants to change it."""
        kind = self.slot.definition.type["kind"]
        follows = bool(self.slot.display_instead) and self.slot.fact is None
        return kind in _TALL or (follows and kind not in _SHORT)

    @property
    def needs_eyes(self) -> bool:
        """Whether the inputs must not be folded away."""
        return self.is_entered or self.has_conflict or bool(self.value.errors or self.note.errors)

    @property
    def is_group(self) -> bool:
        """Whether several inputs share the label."""
        return bool(self.value.field.widget.is_group)

    @property
    def described_by(self) -> str:
        """The ids of what explains the inputs and of what is wrong with them."""
        parts = {
            "helptext": self.slot.definition.help_ja and self.slot.location is None,
            "instead": self.slot.display_instead,
            "error": self.value.errors,
        }
        return " ".join(f"{self.value.auto_id}_{part}" for part, is_there in parts.items() if is_there)

    @property
    def control(self) -> SafeString:
        attrs: dict[str, str | bool] = {"aria-describedby": self.described_by} if self.described_by else {}
        return self.value.as_widget(attrs=attrs)


class FactsForm(forms.Form):
    """The facts of ``slots``. Fields per slot: ``f_`` the value, ``n_`` the source note, ``c_`` 「確認済みにする」,
    ``k_`` 「今の値を使う」, and ``d_``, hidden: fingerprints of what the page was made from, by which ``changes``
    tells what somebody changed from what somebody else did meanwhile. Beside what is taken over from the provider,
    ``i_`` is the box that confirms it and ``s_``, hidden, the digest of what the page showed: the template writes them,
    for they always say what is so now. ``sections``: what a reference may name."""

    def __init__(self, slots: Sequence[Slot], data: QueryDict | None = None, *, sections: Sections = ()) -> None:
        super().__init__(data, label_suffix="")
        self.sections = sections
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
        if isinstance(field.widget, ReferenceWidget):
            field.widget.sections = self.sections
        field.initial = field.widget.typed(slot.value)
        note = slot.fact.source_note if slot.fact else ""
        self.fields[f"f_{slot.key}"] = field
        self.fields[f"n_{slot.key}"] = forms.CharField(
            label=_("根拠メモ"),
            help_text=_("ペーパーには載りません。"),
            required=False,
            validators=[MaxLengthValidator(MAX_NOTE)],  # and no maxlength, which cuts what is pasted
            initial=note,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.fields[f"c_{slot.key}"] = forms.BooleanField(label=_("今も正しいことを確認しました"), required=False)
        self.fields[f"k_{slot.key}"] = forms.BooleanField(label=_("今の値を使う（入力を取り消す）"), required=False)
        self.fields[f"d_{slot.key}"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=_marks(fingerprint(slot.value), seen(slot.fact))
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for slot in self.slots:
            self._clean_note(slot, data)
            if data.get(f"k_{slot.key}") or data.get(f"f_{slot.key}", KEEP) is not None:
                continue
            shown, before = _unmarked(data.get(f"d_{slot.key}", ""))
            is_unreadable = before.value != "" and shown == ""  # a value is there, though its field is empty
            note = data.get(f"n_{slot.key}") or ""
            if note and fingerprint(note) != before.note and not is_unreadable:
                self.add_error(f"n_{slot.key}", _("根拠メモは、値を入力すると保存できます。"))
        return data

    def _clean_note(self, slot: Slot, data: dict[str, Any]) -> None:
        try:
            data[f"n_{slot.key}"] = clean(data.get(f"n_{slot.key}") or "", multiline=True).strip()
        except InvalidText as error:
            self.add_error(f"n_{slot.key}", str(error))

    def changes(self, *, confirm_all: bool = False) -> list[Change]:
        """What the page asks for, of a valid form: only what differs from what it showed."""
        found = (self._change(slot, confirm_all=confirm_all) for slot in self.slots)
        return [change for change in found if change is not None]

    def _change(self, slot: Slot, *, confirm_all: bool) -> Change | None:
        data = self.cleaned_data
        if data[f"k_{slot.key}"]:
            return None
        shown, before = _unmarked(data[f"d_{slot.key}"])
        value, note = data[f"f_{slot.key}"], data[f"n_{slot.key}"]
        change_of_value = value if fingerprint(value) != shown else KEEP
        change_of_note = note if fingerprint(note) != before.note else None
        wants_confirmation = data[f"c_{slot.key}"] or confirm_all
        confirm = wants_confirmation and before.value != "" and change_of_value is KEEP
        is_taken_over = change_of_value is KEEP and (confirm_all or self._is_ticked(slot))
        inherited = self.data.get(f"s_{slot.key}", "") if is_taken_over else ""
        if change_of_value is KEEP and change_of_note is None and not confirm and not inherited:
            return None
        return Change(slot.definition.name, slot.location, change_of_value, change_of_note, confirm, before, inherited)

    def _is_ticked(self, slot: Slot) -> bool:
        return bool(self.data.get(f"i_{slot.key}"))

    def show_conflicts(self, conflicts: Sequence[tuple[Change, Fact | None]]) -> None:
        """Puts a sentence and the present value beside each refused change. From now on that is what the page was
        made from: whoever saves again means it."""
        self.data: QueryDict = self.data.copy()
        by_place = {(slot.definition.name, slot.location and slot.location.pk): slot for slot in self.slots}
        for change, fact in conflicts:
            slot = by_place[change.place]
            self.conflicts[slot.key] = fact
            shown, _before = _unmarked(str(self.data[f"d_{slot.key}"]))
            if change.value is not KEEP or fact is None:
                shown = fingerprint(Slot(slot.definition, slot.location, fact, None).value)
            if change.source_note is None:  # not ours: theirs goes on
                self.data[f"n_{slot.key}"] = fact.source_note if fact else ""
            self.data[f"d_{slot.key}"] = _marks(shown, seen(fact))
            self.add_error(f"f_{slot.key}", _conflict(fact))

    def inputs(self) -> Iterator[tuple[SlotInputs, list[SlotInputs]]]:
        """Per definition: the inputs of the place itself, and those of its locations."""
        groups: dict[str, list[SlotInputs]] = {}
        for slot in self.slots:
            groups.setdefault(slot.definition.name, []).append(self._inputs(slot))
        for main, *places in groups.values():
            yield main, places

    def with_errors(self) -> list[SlotInputs]:
        found = (self._inputs(slot) for slot in self.slots)
        return [inputs for inputs in found if inputs.value.errors or inputs.note.errors]

    def _inputs(self, slot: Slot) -> SlotInputs:
        fact = self.conflicts.get(slot.key)
        now = Slot(slot.definition, slot.location, fact, None)
        value, note, confirm, mine, marks = (self[f"{kind}_{slot.key}"] for kind in "fnckd")
        shown = (now.display or str(fact.value)) if fact else ""
        has_conflict = slot.key in self.conflicts
        note_now = fact.source_note if fact else ""
        is_entered = self.is_bound and (value.value() != value.initial or note.value() != note.initial)
        return SlotInputs(
            slot,
            value,
            note,
            confirm,
            mine,
            marks,
            has_conflict,
            shown,
            note_now,
            self._is_ticked(slot),
            is_entered,
        )


def _conflict(fact: Fact | None) -> str:
    if fact is None:
        return _("ほかの人が先に未記入に戻しました。もう一度保存すると、入力した値になります。")
    if fact.confirmed_by is None:
        return _("ほかの人が先に変更しました。もう一度保存すると、入力した内容で置き換えます。")
    sentence = _("%(name)sさんが先に変更しました。もう一度保存すると、入力した内容で置き換えます。")
    return sentence % {"name": fact.confirmed_by}


def _marks(shown: str, before: Seen) -> str:
    return f"{shown}.{before.value}.{before.note}"


def _unmarked(marks: str) -> tuple[str, Seen]:
    shown, value, note, *_rest = *marks.split("."), "", ""
    return shown, Seen(value, note)

"""Which entries somebody wants to see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .actions import GROUPS, actions_of
from .models import EntryQuerySet

COMMAND = "command"


class DayInput(forms.DateInput):
    input_type = "date"


class EntryFilter(forms.Form):
    """Of ``entries``, all of one provider; every field may stay empty."""

    person = forms.ChoiceField(label=gettext_lazy("実行者"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("分類"), required=False)
    paper = forms.ChoiceField(label=gettext_lazy("ペーパー"), required=False)
    first = forms.DateField(label=gettext_lazy("開始日"), required=False, widget=DayInput(format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("終了日"), required=False, widget=DayInput(format="%Y-%m-%d"))

    def __init__(self, data: Any, entries: EntryQuerySet) -> None:
        super().__init__(data)
        self.entries = entries
        people = sorted(entries.people().items(), key=lambda each: each[1])
        papers = sorted(entries.papers().items(), key=lambda each: (each[1], each[0]))
        choices = {
            "person": [(COMMAND if by is None else str(by), name) for by, name in people],
            "group": [(group, _(name)) for group, name in GROUPS.items()],
            "paper": [(str(paper), title) for paper, title in papers],
        }
        for name, options in choices.items():
            self.fields[name].choices = [("", _("すべて")), *options]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            raise ValidationError(_("終了日は、開始日以後の日付にしてください。"))
        return data

    def found(self) -> EntryQuerySet:
        """The entries asked for; none when the question is wrong."""
        if not self.is_valid():
            return self.entries.none()
        asked, found = self.cleaned_data, self.entries
        if asked["person"]:
            found = found.filter(by_id=None if asked["person"] == COMMAND else asked["person"])
        if asked["group"]:
            found = found.of_actions(*actions_of(asked["group"]))
        if asked["paper"]:
            found = found.filter(paper_id=asked["paper"])
        return found.during(asked["first"], asked["last"])

    @property
    def is_narrowed(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

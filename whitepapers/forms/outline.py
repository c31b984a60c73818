"""Forms of the outline: adding a section, splitting one, assigning many, copying a paper."""

from __future__ import annotations

import datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import holders
from accounts.checked_texts import CheckedTexts
from accounts.models import User
from controls.models import Edition

from ..assigning import KEEP, Assignment
from ..models import Section, Service, Whitepaper
from .sections import ControlsField


class AddForm(CheckedTexts, forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("種類"), widget=forms.RadioSelect, choices=Section.Kind.choices)
    title = forms.CharField(
        label=gettext_lazy("見出し"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("管理策の節では、空欄にすると規格の題名を印刷します。"),
    )
    controls = ControlsField(
        label=gettext_lazy("答える管理策"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("管理策の節だけに入力します。番号を「、」で区切ります。例：12.3.1、12.4.1"),
    )
    where = forms.ChoiceField(
        label=gettext_lazy("位置"),
        widget=forms.RadioSelect,
        choices=[("after", gettext_lazy("次の節の後")), ("below", gettext_lazy("次の節の下（最後）"))],
    )
    section = forms.ChoiceField(label=gettext_lazy("基準にする節"), required=False)

    def __init__(self, *args, edition: Edition, places: list[tuple[int, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(ControlsField, self.fields["controls"]).controls = {c.number: c for c in edition.controls.all()}
        cast(forms.ChoiceField, self.fields["section"]).choices = [("", _("（目次の終わり）")), *places]
        self.initial = {"kind": Section.Kind.PROSE, "where": "after", **self.initial}

    def place(self) -> dict[str, int | None]:
        """Where outlining.add puts it."""
        section = self.cleaned_data["section"]
        name = "after_id" if self.cleaned_data["where"] == "after" else "parent_id"
        return {name: int(section) if section else None}


class SplitForm(CheckedTexts, forms.Form):
    line = forms.IntegerField(
        error_messages={"required": gettext_lazy("新しい節を始める行を選んでください。")}, widget=forms.HiddenInput
    )
    title = forms.CharField(label=gettext_lazy("新しい節の見出し"), required=False, max_length=300)
    controls = forms.TypedMultipleChoiceField(
        label=gettext_lazy("新しい節に移す管理策"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    counter = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, controls: list[tuple[int, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if len(controls) > 1:
            cast(forms.TypedMultipleChoiceField, self.fields["controls"]).choices = controls
            self.fields["controls"].help_text = _("元の節にも1つは残してください。")
        else:
            del self.fields["controls"]


class AssignForm(forms.Form):
    """What becomes of the chosen sections. An empty field changes nothing, unless ``is_whole``: then it takes away."""

    KEEP = ""
    NOBODY = "nobody"

    assignee = forms.ChoiceField(label=gettext_lazy("担当者"), required=False)
    due = forms.DateField(
        label=gettext_lazy("期限"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    no_due = forms.BooleanField(label=gettext_lazy("期限をなくす"), required=False)
    progress = forms.ChoiceField(label=gettext_lazy("進み具合"), required=False)

    def __init__(self, *args, paper: Whitepaper, is_whole: bool = False, current: User | None = None, **kwargs) -> None:
        """``current``, the section's assignee, may stay also when they may not write any more."""
        super().__init__(*args, **kwargs)
        self.is_whole = is_whole
        self.people = {str(user.pk): user for user in holders(paper.service.provider, "write")}
        if current:
            self.people.setdefault(str(current.pk), current)
        people = [(pk, str(user)) for pk, user in self.people.items()]
        progress = list(Section.Progress.choices)
        if is_whole:
            del self.fields["no_due"]
            people.insert(0, (self.NOBODY, _("（担当者なし）")))
        else:
            people = [(self.KEEP, _("（変更しない）")), (self.NOBODY, _("（担当者なし）")), *people]
            progress.insert(0, (self.KEEP, _("（変更しない）")))
        cast(forms.ChoiceField, self.fields["assignee"]).choices = people
        cast(forms.ChoiceField, self.fields["progress"]).choices = progress

    def assignment(self, *, confirmed: bool = False) -> Assignment:
        cleaned = self.cleaned_data
        someone: User | Any = KEEP if cleaned["assignee"] == self.KEEP else self.people.get(cleaned["assignee"])
        due: datetime.date | Any = cleaned["due"]
        if due is None and not self.is_whole and not cleaned["no_due"]:
            due = KEEP
        return Assignment(someone, due, cleaned["progress"] or KEEP, confirmed)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("due") and cleaned.get("no_due"):
            self.add_error("due", _("日付か「期限をなくす」の、どちらか一方を選んでください。"))
        return cleaned


class CopyForm(CheckedTexts, forms.Form):
    service = forms.ModelChoiceField(
        label=gettext_lazy("コピー先のサービス"), queryset=Service.objects.none(), empty_label=None
    )
    title = forms.CharField(label=gettext_lazy("題名"), max_length=300)

    def __init__(self, *args, paper: Whitepaper, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        services = paper.service.provider.services.active().exclude(pk=paper.service_id)
        self.services = services.exclude(
            whitepapers__in=Whitepaper.objects.filter(
                edition=paper.edition_id, language=paper.language, archived_at=None
            )
        )
        cast(forms.ModelChoiceField, self.fields["service"]).queryset = self.services
        self.initial.setdefault("title", paper.title)

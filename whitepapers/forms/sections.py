"""The form of one section."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.checked_texts import CheckedTexts
from controls.models import Control
from controls.stances import Stance

from ..editing import SectionContent
from ..models import Section

_SEPARATOR = re.compile(r"[、,\s]+")


class ControlsField(forms.CharField):
    """Control numbers in the order of the section: 12.3.1、12.4.1. Cleans to primary keys."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.controls: dict[str, Control] = {}

    def to_python(self, value: Any) -> Any:
        found = []
        for written in filter(None, _SEPARATOR.split(unicodedata.normalize("NFKC", super().to_python(value) or ""))):
            number = written.upper().removeprefix("A.")
            number = re.sub(r"^CLD(?=\d)", "CLD.", number)
            if number not in self.controls:
                raise forms.ValidationError(
                    _("「%(number)s」という管理策は、この版にありません。") % {"number": written}
                )
            found.append(self.controls[number].pk)
        return found


class SectionForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("見出し"), required=False, max_length=300)
    body = forms.CharField(
        label=gettext_lazy("本文"), required=False, max_length=100_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
    )  # fmt: skip
    controls = ControlsField(
        label=gettext_lazy("答える管理策"),
        required=False,
        help_text=gettext_lazy("番号を「、」で区切って入力します。例：12.3.1、12.4.1"),
    )
    answered_points = forms.MultipleChoiceField(
        label=gettext_lazy("文章で答えている開示事項"), required=False, widget=forms.CheckboxSelectMultiple
    )
    progress = forms.ChoiceField(label=gettext_lazy("進み具合"), choices=Section.Progress.choices)
    included = forms.BooleanField(label=gettext_lazy("ペーパーに載せる"), required=False)
    key = forms.SlugField(
        label=gettext_lazy("参照名"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("ほかの節から {{ ref: 参照名 }} で参照できます。"),
    )
    numbering = forms.ChoiceField(label=gettext_lazy("番号"), choices=Section.Numbering.choices)
    internal_note = forms.CharField(
        label=gettext_lazy("内部メモ"), required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("ペーパーには載りません。"),
    )  # fmt: skip
    counter = forms.IntegerField(widget=forms.HiddenInput)
    # What the form showed when it was opened (JSON): by it, two who saved at once are told apart.
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, section: Section, points: Callable[[], list[tuple[str, str]]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        controls = cast(ControlsField, self.fields["controls"])
        own = {link.control.number: link.control for link in section.section_controls.all()}
        if self.is_bound and not own.keys() >= set(_SEPARATOR.split(self.data.get("controls", ""))):
            known = section.whitepaper.edition.controls.only("edition_id", "number")
            own = {control.number: control for control in known}
        controls.controls = own
        cast(forms.MultipleChoiceField, self.fields["answered_points"]).choices = points
        if section.kind == Section.Kind.CONTROL:
            first = next((link.control.title_ja for link in section.section_controls.all()), "")
            self.fields["title"].help_text = (
                _("空欄のときは規格の題名「%(title)s」を印刷します。") % {"title": first} if first else ""
            )
        else:
            self.fields["title"].required = True
            del self.fields["controls"], self.fields["answered_points"]

    def content(self, stances: list[dict[str, str]]) -> SectionContent:
        cleaned = self.cleaned_data
        return SectionContent(
            title=cleaned["title"],
            body=cleaned["body"],
            stances=stances,
            controls=cleaned.get("controls", []),
            answered_points=cleaned.get("answered_points", []),
            progress=cleaned["progress"],
            included=cleaned["included"],
            internal_note=cleaned["internal_note"],
            key=cleaned["key"],
            numbering=cleaned["numbering"],
        )


class StanceForm(CheckedTexts, forms.Form):
    stance = forms.ChoiceField(
        label=gettext_lazy("回答区分"),
        required=False,
        choices=[("", gettext_lazy("（選んでください）")), *Stance.choices],
    )
    scope = forms.CharField(
        label=gettext_lazy("適用範囲"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("例：お客様環境")}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") and not cleaned.get("stance"):
            self.add_error("stance", _("適用範囲に当てはまる回答区分を選んでください。"))
        return cleaned


class BaseStances(forms.BaseFormSet):
    def stances(self) -> list[dict[str, str]]:
        return [
            {"stance": form.cleaned_data["stance"], "scope": form.cleaned_data["scope"]}
            for form in self.forms
            if form.cleaned_data.get("stance")
        ]


StanceFormSet = forms.formset_factory(StanceForm, formset=BaseStances, extra=1, max_num=50, absolute_max=50)

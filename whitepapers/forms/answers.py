"""The form of one standard answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from ..answering import MAX_BODY, AnswerContent


class AnswerForm(forms.Form):
    part = forms.CharField(
        label=gettext_lazy("区分名"),
        required=False,
        max_length=50,
        help_text=gettext_lazy(
            "1つの管理策の回答を分けるときの名前です。例：お客様環境。新しいペーパーが使うのは、区分名のない共通回答です。"
        ),
    )
    body = forms.CharField(
        label=gettext_lazy("本文"), required=False, max_length=MAX_BODY, strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy("ほかの節は {{ ref: 12.4.1 }} のように管理策番号で参照します。"),
    )  # fmt: skip
    counter = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def content(self, stances: list[dict[str, str]]) -> AnswerContent:
        return AnswerContent(body=self.cleaned_data["body"], stances=stances, part=self.cleaned_data["part"])


class SeenForm(forms.Form):
    """What the buttons beside a section send with them: the counters of what the person saw."""

    section = forms.IntegerField(min_value=0)
    seen = forms.IntegerField(min_value=0)
    answer = forms.IntegerField(min_value=1, required=False)  # the standard answer to take

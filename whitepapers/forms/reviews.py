"""Forms of a round: submitting, the people who decide, the decision, comments, accepting a finding."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.checked_texts import CheckedTexts

from ..commenting import MAX_BODY, MAX_QUOTE
from ..models import Whitepaper
from ..proposals import Candidates
from ..reviewing import MAX_COMMENT, MAX_MESSAGE, MAX_SUMMARY, Place
from ..waiving import MAX_REASON


def _text(label: Any, rows: int, limit: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, max_length=limit, required=required, help_text=help_text)


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class SubmitForm(CheckedTexts, forms.Form):
    number = forms.CharField(label=gettext_lazy("版数"), max_length=20)
    date = _day(gettext_lazy("発行予定日"), gettext_lazy("発行日は、発行するときに決めます。"))
    summary = _text(
        gettext_lazy("改訂内容"),
        8,
        MAX_SUMMARY,
        help_text=gettext_lazy("改訂履歴に印刷します。行の先頭に「- 」を付けると箇条書きになります。"),
    )
    note = _text(gettext_lazy("備考"), 2, 2_000, required=False)
    author = forms.CharField(label=gettext_lazy("作成者"), max_length=100, required=False)
    message = _text(
        gettext_lazy("レビュー担当への連絡"),
        3,
        MAX_MESSAGE,
        required=False,
        help_text=gettext_lazy("ペーパーには印刷しません。"),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    drafted = forms.CharField(  # hidden, and of several lines
        widget=forms.Textarea(attrs={"hidden": True}), max_length=MAX_SUMMARY, required=False, strip=False
    )

    def __init__(self, *args: Any, paper: Whitepaper, **kwargs: Any) -> None:
        """Note and author are asked for where the paper's revision history has a column for them."""
        super().__init__(*args, **kwargs)
        printed = {str(column[0]): str(column[1]) for column in paper.history_columns}
        for name in ("note", "author"):
            if name in printed:
                self.fields[name].label = _("改訂履歴の「%(heading)s」") % {"heading": printed[name]}
            else:
                del self.fields[name]

    def clean_number(self) -> str:
        """Full-width digits are what a Japanese keyboard gives."""
        return unicodedata.normalize("NFKC", self.cleaned_data["number"]).strip()


class PeopleSelect(forms.Select):
    """Names, those who may not be chosen greyed out with the reason."""

    barred: Mapping[int, Sequence[str]] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value not in ("", None) and int(str(value)) in self.barred:
            option["attrs"]["disabled"] = True
        return option


class SeatForm(forms.Form):
    """Who decides, who in their place, until when."""

    user = forms.TypedChoiceField(
        label=gettext_lazy("担当者"), required=False, coerce=int, empty_value=None, widget=PeopleSelect
    )
    deputy = forms.TypedChoiceField(
        label=gettext_lazy("代理（任意）"), required=False, coerce=int, empty_value=None, widget=PeopleSelect
    )
    due = _day(gettext_lazy("期限（任意）"))

    def __init__(self, *args: Any, capacity: str, asked: Candidates, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capacity = capacity
        barred = {pk: why for pk, why in asked.barred.items() if pk != asked.self_approver}
        names = [
            (pk, _("%(name)s（この内容を書いた人）") % {"name": person} if pk in barred else str(person))
            for pk, person in asked.people[capacity].items()
        ]
        for field, empty in (("user", _("（選んでください）")), ("deputy", _("（なし）"))):
            cast(forms.ChoiceField, self.fields[field]).choices = [("", empty), *names]
            cast(PeopleSelect, self.fields[field].widget).barred = barred

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and cleaned.get("user") is None and (cleaned.get("deputy") or cleaned.get("due")):
            self.add_error("user", _("担当者を選んでください。"))
        return cleaned

    def place(self) -> Place | None:
        """None when nobody is chosen."""
        cleaned = self.cleaned_data
        if cleaned.get("user") is None:
            return None
        return Place(self.capacity, cleaned["user"], cleaned.get("deputy"), cleaned.get("due"))


SeatFormSet = forms.formset_factory(SeatForm, extra=1, max_num=20, absolute_max=20)


class ReplaceSeatForm(SeatForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].required = True


class DecideForm(CheckedTexts, forms.Form):
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    verdict = forms.CharField(max_length=7, widget=forms.HiddenInput)
    comment = _text(gettext_lazy("コメント"), 2, MAX_COMMENT, required=False)


class CommentForm(CheckedTexts, forms.Form):
    anchor = forms.ChoiceField(label=gettext_lazy("節"), required=False)
    quote = _text(
        gettext_lazy("対象の文（任意）"),
        2,
        MAX_QUOTE,
        required=False,
        help_text=gettext_lazy("本文から写します。空欄のときは、節全体へのコメントになります。"),
    )
    body = _text(gettext_lazy("コメント"), 3, MAX_BODY)

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["anchor"]).choices = [("", _("（ペーパー全体）")), *places]


class WaiveForm(CheckedTexts, forms.Form):
    reason = _text(
        gettext_lazy("例外として認める理由"),
        3,
        MAX_REASON,
        help_text=gettext_lazy("点検とレビューの画面、監査記録に残ります。ペーパーには印刷しません。"),
    )

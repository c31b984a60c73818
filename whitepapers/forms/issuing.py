"""Forms around issuing: the issue itself, withdrawing, earlier issues, the yearly check, and what was in force when."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.checked_texts import CheckedTexts

from ..attaching import MAX_SIZE
from ..models.papers import NUMBER_PATTERN


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _Plain(CheckedTexts, forms.Form):
    """The form tag is the template's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class IssueForm(_Plain):
    date = forms.DateField(label=gettext_lazy("発行日"), widget=_day(), initial=timezone.localdate)
    approval_block = forms.BooleanField(
        label=gettext_lazy("作成・確認・承認の欄を表紙に印刷する"),
        required=False,
        help_text=gettext_lazy("記録した氏名と日付を印刷します。"),
    )
    last_checked = forms.BooleanField(
        label=gettext_lazy("最終確認日を表紙に印刷する"),
        required=False,
        help_text=gettext_lazy("承認した日を印刷します。"),
    )


class WithdrawForm(_Plain):
    reason = forms.CharField(
        label=gettext_lazy("廃止の理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class RecheckForm(_Plain):
    date = forms.DateField(label=gettext_lazy("最終確認日"), widget=_day(), initial=timezone.localdate)
    note = forms.CharField(
        label=gettext_lazy("メモ（任意）"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class AttachForm(_Plain):
    number = forms.CharField(
        label=gettext_lazy("版数"),
        max_length=20,
        validators=[RegexValidator(NUMBER_PATTERN, gettext_lazy("版数は 1.0 のような数字で入力してください。"))],
    )
    date = forms.DateField(
        label=gettext_lazy("発行日（任意）"),
        required=False,
        widget=_day(),
        help_text=gettext_lazy("発行日があると、日付を指定して版を探すときにも見つかります。"),
    )
    file = forms.FileField(
        label=gettext_lazy("PDFファイル"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        max_length=200,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_SIZE:
            raise forms.ValidationError(
                _("ファイルが大きすぎます。%(n)sMBまでです。") % {"n": MAX_SIZE // 1024 // 1024}
            )
        return file


class AsOfForm(_Plain):
    control = forms.CharField(label=gettext_lazy("管理策の番号（任意）"), max_length=40, required=False)
    date = forms.DateField(label=gettext_lazy("日付"), widget=_day(), initial=timezone.localdate)

    def clean_control(self) -> str:
        return str(self.cleaned_data["control"]).strip().upper().removeprefix("A.")

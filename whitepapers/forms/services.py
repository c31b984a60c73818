"""What people type about a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.checked_texts import CheckedTexts

from ..models import Location, Service

MAX_LOCATIONS = 20  # a fact of locations has inputs for each


class ServiceForm(CheckedTexts, forms.ModelForm):
    """Name, alias, model and locations; the cleaned ``locations`` is a list of names, without repetitions."""

    locations = forms.CharField(
        label=_("拠点"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "サービスを運用しているデータセンターやリージョンの名前を、1行に1つずつ入力してください。"
            "場所によって異なる事実があるときに使います。例：東京リージョン"
        ),
    )

    class Meta:
        model = Service
        fields = ["name", "alias", "model"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["locations"] = "\n".join(self.instance.locations.values_list("name", flat=True))

    def clean_locations(self) -> list[str]:
        lines = (line.strip() for line in self.cleaned_data["locations"].splitlines())
        names = list(dict.fromkeys(line for line in lines if line))
        limit = Location._meta.get_field("name").max_length or 0
        if long := [name for name in names if len(name) > limit]:
            raise ValidationError(
                _("拠点名は%(limit)s文字以内にしてください：%(name)s…"),
                params={"limit": limit, "name": long[0][:20]},
            )
        if len(names) > MAX_LOCATIONS:
            raise ValidationError(_("拠点は%(limit)s件以内にしてください。"), params={"limit": MAX_LOCATIONS})
        return names

    def validate_unique(self) -> None:
        """The verb says it better, and under the lock."""

    def validate_constraints(self) -> None:
        """As validate_unique."""

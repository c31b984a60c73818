from __future__ import annotations

from typing import cast

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access import holders
from accounts.models import Provider, User


class SuccessorForm(forms.Form):
    """Who writes from now on what a member was to write."""

    to = forms.ModelChoiceField(
        label=gettext_lazy("担当する節の引継ぎ先"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("（担当者なし）"),
    )

    def __init__(self, *args, provider: Provider, leaving: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["to"]).queryset = holders(provider, "write").exclude(pk=leaving.pk)

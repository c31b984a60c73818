from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms
from django.utils.translation import gettext as _

from ..models import Version

DRAFT = "draft"


class SidesForm(forms.Form):
    """Which two of a paper's versions and its draft are compared: ``from`` and ``to``, each a number or "draft"."""

    def __init__(self, data: Mapping[str, str], *, versions: Sequence[Version], current: Version) -> None:
        super().__init__({"from": data.get("from") or current.number, "to": data.get("to") or DRAFT})
        choices = [(DRAFT, _("草案")), *((version.number, _label(version)) for version in versions)]
        select = forms.Select(attrs={"class": "form-select"})
        self.fields["from"] = forms.ChoiceField(label=_("比べる元"), choices=choices, widget=select)
        self.fields["to"] = forms.ChoiceField(label=_("比べる先"), choices=choices, widget=select)


def _label(version: Version) -> str:
    return f"{version.number}{_('（廃止）')}" if hasattr(version, "withdrawal") else version.number

"""What people type about a figure: its names, and the layers of a responsibility figure or a picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.checked_texts import CheckedTexts

from ..figuring import MAX_LAYERS, MAX_UPLOAD, FigureContent
from ..models import Figure

_MOVE = re.compile(r"(?P<what>up|down|remove)-(?P<place>[0-9]{1,3})")
_BLANK_ROWS = 3  # offered for a new figure


class FigureForm(CheckedTexts, forms.ModelForm):
    key = forms.CharField(
        label=gettext_lazy("参照名"),
        max_length=60,
        help_text=gettext_lazy(
            "本文の {{ figure: 参照名 }} の場所に図が入ります。半角の英数字、ハイフン、下線が使えます。例：split"
        ),
    )

    class Meta:
        model = Figure
        fields = ["key", "caption", "alt"]
        widgets = {"alt": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alt"].help_text = _(
            "図を見られない読者に読み上げられる文です。空欄のときは、層と責任を負う者を読み上げます。"
        )

    def validate_unique(self) -> None:
        """The verb says it better, and under the lock."""

    def validate_constraints(self) -> None:
        """As validate_unique."""

    def content(self, layers: Sequence[tuple[str, str]] = ()) -> FigureContent:
        cleaned = self.cleaned_data
        return FigureContent(cleaned["key"], cleaned["caption"], " ".join(cleaned["alt"].split()), layers)


class PictureForm(FigureForm):
    upload = forms.FileField(
        label=gettext_lazy("画像のファイル"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        max_length=1000,
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alt"].required = True
        self.fields["alt"].help_text = _("画像を見られない読者に読み上げられる文です。画像が示すことを書いてください。")
        self.fields["upload"].required = not self.instance.pk
        self.fields["upload"].help_text = _("PNG又はJPEG、%(limit)sMBまで。撮影の場所などの情報は取り除きます。") % {
            "limit": MAX_UPLOAD // 1024**2
        }

    def picture(self) -> bytes | None:
        """The bytes of the chosen file, or as many of them as tell that it is too large; None when none is chosen."""
        uploaded = self.cleaned_data.get("upload")
        return uploaded.read(MAX_UPLOAD + 1) if uploaded else None


@dataclass
class Layers:
    """The rows (layer, party) of a responsibility figure, top first, as the page shows them: blank ones too."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""

    @classmethod
    def of(cls, figure: Figure | None) -> Layers:
        rows = [(layer["name"], layer["party"]) for layer in figure.layers] if figure else []
        return cls([*rows, *[("", "")] * (1 if rows else _BLANK_ROWS)])

    @classmethod
    def posted(cls, data: QueryDict) -> Layers:
        names, parties = data.getlist("layer_name"), data.getlist("layer_party")
        rows = [(name.strip(), party.strip()) for name, party in zip(names, parties, strict=False)]
        return cls(rows[: MAX_LAYERS + 1])  # one too many is told

    @property
    def filled(self) -> list[tuple[str, str]]:
        return [row for row in self.rows if any(row)]

    @property
    def may_grow(self) -> bool:
        return len(self.rows) < MAX_LAYERS

    def moved(self, action: str) -> Layers:
        """The rows after a button beside them was pressed: ``add``, ``up-2``, ``down-0``, ``remove-1``."""
        rows = list(self.rows)
        if action == "add" and self.may_grow:
            rows.append(("", ""))
        if (match := _MOVE.fullmatch(action)) and (place := int(match["place"])) < len(rows):
            row = rows.pop(place)
            if match["what"] != "remove":
                rows.insert(max(0, place - 1) if match["what"] == "up" else place + 1, row)
        return Layers(rows)

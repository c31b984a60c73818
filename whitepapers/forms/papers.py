"""Forms of a paper: making one, and its own fields."""

from __future__ import annotations

import re
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from controls.models import Edition

from ..editing import PAPER_FIELDS
from ..layouts import layouts
from ..models import Service, Whitepaper


class EditionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Edition) -> str:
        mark = "" if obj.status == Edition.Status.CURRENT else f"（{obj.get_status_display()}）"
        jis = f"・{obj.jis}" if obj.jis else ""
        return f"{obj}{jis}{mark}"


class NewPaperForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("題名"), max_length=300)
    edition = EditionField(
        label=gettext_lazy("規格の版"),
        queryset=Edition.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("暫定の版は、題名や番号が今後変わることがあります。"),
    )
    layout = forms.ChoiceField(label=gettext_lazy("体裁"), widget=forms.RadioSelect)

    def __init__(self, *args, service: Service, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].initial = _("%(service)s セキュリティホワイトペーパー") % {"service": service.name}
        self.editions = Edition.objects.for_papers()
        cast(EditionField, self.fields["edition"]).queryset = self.editions
        cast(forms.ChoiceField, self.fields["layout"]).choices = [
            (layout.key, layout.label) for layout in layouts().values()
        ]
        self.fields["layout"].initial = "own-two-levels"
        self.helper = FormHelper()
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        layout, edition = layouts().get(cleaned.get("layout", "")), cleaned.get("edition")
        if layout and edition and edition.slug not in layout.editions:
            fitting = "、".join(str(e) for e in self.editions if e.slug in layout.editions)
            self.add_error(
                "layout", _("この体裁は、選んだ版では使えません。使える版：%(editions)s") % {"editions": fitting}
            )
        return cleaned


class PairsField(forms.CharField):
    """Pairs, one per line, the two separated by a fullwidth or halfwidth colon: 発行：株式会社…"""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any):
        return value if isinstance(value, str) else "\n".join(f"{heading}：{text}" for heading, text in value or ())

    def to_python(self, value: Any) -> Any:
        pairs = []
        for line in (super().to_python(value) or "").splitlines():
            if not line.strip():
                continue
            heading, *text = re.split("[：:]", line, maxsplit=1)
            if not text:
                raise forms.ValidationError(
                    _("「項目名：内容」の形で、1行に1つずつ入力してください：%(line)s") % {"line": line}
                )
            pairs.append([heading.strip(), text[0].strip()])
        return pairs


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any):
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class PaperForm(forms.ModelForm):
    colophon = PairsField(
        label=gettext_lazy("奥付"), required=False, max_length=5000, help_text=gettext_lazy("例：発行：株式会社〇〇")
    )
    notices = LinesField(
        label=gettext_lazy("注意書き"),
        required=False,
        max_length=20000,
        help_text=gettext_lazy("商標、無断転載、内容の変更など。1行に1つずつ入力してください。"),
    )

    class Meta:
        model = Whitepaper
        fields = [field for field in PAPER_FIELDS if field not in ("colophon", "notices")]
        widgets = {"planned_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "version_label": gettext_lazy("{number} に版数が入ります。例：第{number}版"),
            "date_label": gettext_lazy("{year}・{month}・{day} が使えます。空欄のときは日付を印刷しません。"),
            "reference_line": gettext_lazy(
                "見出しの下に印刷します。{ids} に管理策番号、{mapped} に併記する版の番号が入ります。"
            ),
            "number_suffix": gettext_lazy("章番号の後に付けます。例：.（「11.」になります）"),
            "control_prefix": gettext_lazy("例：A.（「A.12.3.1」になります）"),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("colophon", self.instance.colophon)
        self.initial.setdefault("notices", self.instance.notices)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Fieldset(_("表紙"), "title", "subtitle", Div("document_number", "classification", css_class="cols-2")),
            Fieldset(
                _("版"),
                Div("planned_number", "planned_date", css_class="cols-2"),
                Div("version_label", "date_label", css_class="cols-2"),
            ),
            Fieldset(
                _("番号と参照"),
                Div("toc_depth", "number_suffix", "control_prefix", css_class="cols-3"),
                "reference_line",
                "header",
            ),
            Fieldset(_("改訂履歴"), Div("history_heading", "history_place", "history_style", css_class="cols-3")),
            Fieldset(_("奥付と注意書き"), "colophon", "notices", HTML("")),
        )

"""Forms of a paper: making one, and its own fields."""

from __future__ import annotations

import re
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.checked_texts import CheckedTexts
from controls.models import Edition

from ..describing import HISTORY_COLUMNS, MAX_HEADING, PAPER_FIELDS, columns_of, second_editions
from ..layouts import layouts
from ..models import Service, Whitepaper


class EditionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Edition) -> str:
        mark = "" if obj.status == Edition.Status.CURRENT else f"（{obj.get_status_display()}）"
        jis = f"・{obj.jis}" if obj.jis else ""
        return f"{obj}{jis}{mark}"


class NewPaperForm(CheckedTexts, forms.Form):
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


class HistoryColumnsWidget(forms.MultiWidget):
    """A column per line: what it shows, and its heading."""

    template_name = "whitepapers/widgets/history_columns.html"

    def __init__(self) -> None:
        shown = [("", _("（なし）")), *HISTORY_COLUMNS.items()]
        widgets: list[forms.Widget] = []
        for place in range(1, len(HISTORY_COLUMNS) + 1):
            what = _("%(place)s列目の内容") % {"place": place}
            heading = _("%(place)s列目の見出し") % {"place": place}
            widgets.append(forms.Select({"class": "form-select", "aria-label": what}, shown))
            attributes = {"class": "form-control", "aria-label": heading, "maxlength": MAX_HEADING}
            widgets.append(forms.TextInput(attributes))
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[str]:
        return list(value or ())  # flat already: the field's prepare_value() did it

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        found = super().get_context(name, value, attrs)
        subwidgets = found["widget"]["subwidgets"]
        found["widget"]["columns"] = list(zip(subwidgets[::2], subwidgets[1::2], strict=True))
        return found


class HistoryColumnsField(forms.Field):
    """[["number", "版数"], …]: the columns of the revision history, those without content left out."""

    widget = HistoryColumnsWidget

    def prepare_value(self, value: Any) -> list[str]:
        """Flat; what was posted is flat already, with None for inputs that are missing."""
        return [text for column in value or () for text in (column if isinstance(column, list) else [column or ""])]

    def to_python(self, value: Any) -> list[list[str]]:
        texts = [str(text or "").strip() for text in value or ()]
        columns = []
        for what, heading in zip(texts[::2], texts[1::2], strict=False):
            if heading and not what:
                raise forms.ValidationError(_("「%(heading)s」の列の内容を選んでください。") % {"heading": heading})
            if what:
                columns.append([what, heading or HISTORY_COLUMNS.get(what, "")])
        return columns

    def validate(self, value: Any) -> None:
        if not value:
            raise forms.ValidationError(_("列を1つ以上選んでください。"))


class PaperForm(CheckedTexts, forms.ModelForm):
    colophon = PairsField(
        label=gettext_lazy("奥付"), required=False, max_length=5000, help_text=gettext_lazy("例：発行：株式会社〇〇")
    )
    notices = LinesField(
        label=gettext_lazy("注意書き"),
        required=False,
        max_length=20000,
        help_text=gettext_lazy("商標、無断転載、内容の変更など。1行に1つずつ入力してください。"),
    )

    second_edition = EditionField(
        label=gettext_lazy("併記する版"),
        queryset=Edition.objects.none(),
        required=False,
        empty_label=gettext_lazy("（併記しない）"),
        help_text=gettext_lazy(
            "対応する番号を、見出しの下の参照行に並べて印刷します。参照行の {mapped} に入ります。"
            "例：ISO/IEC 27017 項番：{ids}[（ISO/IEC 27002 項番：{mapped}）]"
        ),
    )
    history_columns = HistoryColumnsField(
        label=gettext_lazy("改訂履歴の表の列"),
        help_text=gettext_lazy("左の列から順に選びます。見出しを空欄にすると、内容の名前を見出しにします。"),
    )

    class Meta:
        model = Whitepaper
        fields = [field for field in PAPER_FIELDS if field not in ("colophon", "notices", "history_columns")]
        labels = {
            "history_number_label": gettext_lazy("改訂履歴の版の表記"),
            "history_date_label": gettext_lazy("改訂履歴の日付の表記"),
        }
        widgets = {"planned_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "version_label": gettext_lazy("{number} に版数が入ります。例：第{number}版"),
            "date_label": gettext_lazy("{year}・{month}・{day} が使えます。空欄のときは日付を印刷しません。"),
            "history_number_label": gettext_lazy("例：{number}、第{number}版"),
            "history_date_label": gettext_lazy("例：{year}/{month:02}/{day:02}。空欄のときは日付を印刷しません。"),
            "reference_line": gettext_lazy(
                "見出しの下に印刷します。{ids} に管理策番号、{mapped} に併記する版の番号が入ります。"
                "[ ] で囲んだ部分は、番号がないときは印刷しません。"
            ),
            "number_suffix": gettext_lazy("章番号の後に付けます。例：.（「11.」になります）"),
            "control_prefix": gettext_lazy("例：A.（「A.12.3.1」になります）"),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("colophon", self.instance.colophon)
        self.initial.setdefault("notices", self.instance.notices)
        self.initial["history_columns"] = columns_of(self.instance)
        offered = [edition.pk for edition in second_editions(self.instance)]
        cast(EditionField, self.fields["second_edition"]).queryset = Edition.objects.filter(pk__in=offered)
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
                "second_edition",
                "reference_line",
                "header",
            ),
            Fieldset(
                _("改訂履歴"),
                Div("history_heading", "history_place", "history_style", css_class="cols-3"),
                Div("history_number_label", "history_date_label", css_class="cols-2"),
                "history_columns",
            ),
            Fieldset(_("奥付と注意書き"), "colophon", "notices", HTML("")),
        )

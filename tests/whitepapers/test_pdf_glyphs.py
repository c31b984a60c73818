"""What people type, in the fonts that are embedded: all of it prints, or shows as 〓, and never in another font."""

import pytest

from tests.documents import DRAFT, ISSUED, make_document, paragraph, section
from whitepapers.rendering.glyphs import GlyphsMissing, MissingGlyph, covered, missing_glyphs, printable
from whitepapers.rendering.pdf import render_pdf

from .pdf_reading import Pdf, squeezed

TYPED = "①⑳Ⅳⅲ㈱㈲℡№髙﨑神～〜−–—―©®™€£¥￥ｱｶﾞﾊﾟｰ･｡●○◎■□★→⇒…‥‘’“”±×÷≦≧℃％‰㎡㎏㌔㍻㋿〒〆々鷗鄧é ß Ω Я"
OURS = {"Hakusho-Gothic", "Hakusho-Gothic-Bold", "Hakusho-Gothic-Rare", "Hakusho-Gothic-Rare-Bold"}


def _family(name: str) -> str:
    return name.split("+")[1]


def _texts(*texts: str) -> Pdf:
    return Pdf(render_pdf(make_document(section("文字", *texts)), ISSUED))


def test_what_people_type_is_printed_and_read_back():
    pdf = _texts(TYPED)
    assert squeezed(TYPED) in pdf.words
    assert set(map(_family, pdf.fonts)) <= OURS


def test_every_character_that_the_fonts_cover_prints_from_them():
    characters = [chr(code) for code in sorted(covered()) if code > 0x20]
    pdf = _texts(*("".join(characters[start : start + 400]) for start in range(0, len(characters), 400)))
    assert set(map(_family, pdf.fonts)) <= OURS
    assert "〓〓" not in pdf.words


@pytest.mark.parametrize(
    "typed", ["😀", "👩‍💻", "𠮷野家", "สวัสดี", "العربية", "한글", "✔", "\ue000", "\uffff", "\u0007"]
)
def test_a_missing_glyph_prints_as_a_geta_and_never_in_another_font(typed):
    pdf = _texts(f"前{typed}後")
    assert "前〓" in pdf.words
    assert set(map(_family, pdf.fonts)) <= OURS


def test_signs_without_a_shape_are_dropped():
    assert printable("A\u200bB\u2060C\ufe0fD\u202eE") == "ABCDE"


def test_a_voiced_mark_of_its_own_joins_its_kana():
    assert printable("か\u3099は\u309a") == "がぱ"
    assert printable("e\u0301") == "é"


def test_the_hyphens_and_spaces_of_office_programs_print_as_their_plain_ones():
    assert printable("A\u2011B\u202fC\u2009D") == "A-B\u00a0C D"


def test_each_missing_character_is_named_with_its_place():
    document = make_document(
        section("概要", "絵文字😀です。", number="1"),
        section("𠮷の節", number="2"),
        company="𠮷社",
        notices=("注意😀",),
    )
    assert missing_glyphs(document) == (
        MissingGlyph("𠮷", "", "表紙"),
        MissingGlyph("😀", "s1", "1 概要"),
        MissingGlyph("𠮷", "s2", "2 𠮷の節"),
        MissingGlyph("😀", "", "注意書き"),
    )


def test_strict_refuses_and_names_the_character_and_the_section():
    document = make_document(section("概要", "絵文字😀です。", number="1"))
    with pytest.raises(GlyphsMissing, match=r"「😀」（U\+1F600、1 概要）"):
        render_pdf(document, ISSUED, strict=True)
    assert "絵文字〓です。" in Pdf(render_pdf(document, DRAFT)).words


def test_strict_prints_what_can_be_printed():
    assert render_pdf(make_document(section("文字", TYPED)), ISSUED, strict=True).startswith(b"%PDF")


def test_text_that_looks_like_html_is_text():
    typed = '<b>太字</b> &amp; <script>alert("x")</script> <!-- 注釈 --> ]]> {{ 7*7 }} {% raw %}'
    pdf = _texts(paragraph(typed).children[0].text)
    assert squeezed(typed) in pdf.words

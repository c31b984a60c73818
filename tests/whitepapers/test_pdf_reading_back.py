"""The PDF of a paper, read back from its bytes."""

import hashlib
import re

import pypdfium2
import pytest

from tests.documents import (
    DRAFT,
    ISSUED,
    bullets,
    long_document,
    make_document,
    paragraph,
    responsibility,
    section,
    table,
)
from whitepapers.document import Document, Link, List, Text
from whitepapers.rendering.pdf import render_pdf
from whitepapers.rendering.text import render_text

from .pdf_reading import Pdf, squeezed


@pytest.fixture(scope="module")
def document() -> Document:
    return long_document()


@pytest.fixture(scope="module")
def pdf(document) -> Pdf:
    return Pdf(render_pdf(document, ISSUED))


@pytest.fixture(scope="module")
def draft(document) -> Pdf:
    return Pdf(render_pdf(document, DRAFT))


def test_every_line_of_the_paper_stands_in_the_text_in_its_order(document, pdf):
    running = re.compile(r"^(あおぞらストレージ 情報セキュリティ|AZ-001　第1\.2版 \d+ / \d+)$")
    lines = (line for page in range(4, pdf.pages + 1) for line in pdf.lines(page))
    words = squeezed("".join(line for line in lines if not running.match(line)))
    drawn = {"対象", "責任を負う者", *(name for layer in responsibility().layers for name in (layer.name, layer.party))}
    text = render_text(document, ISSUED)
    at = 0
    for cell in re.split(r"[\n\t]", text[text.index("\n1 章1\n") :]):
        if cell not in drawn:
            at = words.index(squeezed(cell), at) + len(squeezed(cell))


def test_a_bullet_is_read_before_its_line(pdf):
    assert "・1.1の取得：毎日\r\n・保管：11日" in pdf.texts[pdf.page_of("1.1の取得") - 1]


def test_each_item_of_nested_and_numbered_lists_bears_one_mark():
    inner = bullets("日次", "週次")
    nested = List(ordered=False, start=1, items=((paragraph("取得"), inner), (paragraph("復元"),)))
    steps = List(ordered=True, start=3, items=((paragraph("申請"), bullets("書面")), (paragraph("承認"),)))
    pdf = Pdf(render_pdf(make_document(section("一覧", nested, steps)), ISSUED))
    lines = [squeezed(line) for line in pdf.lines(4)]
    assert lines[1:8] == ["・取得", "–日次", "–週次", "・復元", "3.申請", "–書面", "4.承認"]


def test_bookmarks_are_the_headings_as_a_tree(document, pdf):
    sections = [(s.level, s.heading) for s in document.walk()]
    assert [(mark.level, mark.title) for mark in pdf.bookmarks] == [(1, "改訂履歴"), (1, "目次"), *sections]


def test_bookmarks_lead_to_the_page_of_their_heading(pdf):
    for mark in pdf.bookmarks:
        assert mark.title in pdf.lines(mark.page)


def test_page_numbers_of_the_contents_are_those_of_the_headings(document, pdf):
    pages = {mark.title: mark.page for mark in pdf.bookmarks}
    lines = pdf.lines(3)
    for item in document.walk():
        line = next(line for line in lines if line.startswith(item.heading))
        assert re.fullmatch(rf"{re.escape(item.heading)} ?…+ {pages[item.heading]}", line)


def test_the_contents_are_as_deep_as_asked_for(document):
    pages = {depth: Pdf(render_pdf(make_document(*_three_levels(), toc_depth=depth), ISSUED)) for depth in (0, 1, 3)}
    assert "目次" not in pages[0].text
    assert "1.1 中…" not in pages[1].words
    assert re.search(r"1\.1\.1下…+4", pages[3].words)


def _three_levels():
    low = section("下", "文です。", number="1.1.1")
    return [section("上", number="1", children=[section("中", number="1.1", children=[low])])]


def test_every_page_but_the_cover_prints_its_number_and_the_running_lines(pdf):
    for page in range(2, pdf.pages + 1):
        assert f"AZ-001　第1.2版 {page} / {pdf.pages}" in pdf.lines(page)
        assert "あおぞらストレージ 情報セキュリティ" in pdf.lines(page)
    assert f"/ {pdf.pages}" not in pdf.texts[0]


def test_page_labels_are_the_printed_numbers(pdf):
    assert [page.label for page in pdf.pike.pages] == [str(number) for number in range(1, pdf.pages + 1)]


def test_the_cover_bears_what_the_paper_is(pdf):
    cover = squeezed(pdf.texts[0])
    for words in ("情報セキュリティホワイトペーパー", "ISO/IEC27017に基づく取組み", "あおぞらストレージ", "第1.2版"):
        assert words in cover
    for words in ("2026年11月20日", "あおぞらクラウド株式会社", "文書番号：AZ-001", "公開"):
        assert words in cover


def test_fonts_are_only_ours_embedded_and_cut(pdf):
    assert pdf.fonts
    for name, font in pdf.fonts.items():
        assert re.fullmatch(r"/[A-Z]{6}\+Hakusho-Gothic(-Bold)?", name)
        assert len(font.FontDescriptor.FontFile2.read_bytes()) < 300_000


def test_metadata_names_the_paper(pdf):
    assert str(pdf.pike.Root.Lang) == "ja-JP"
    assert str(pdf.pike.docinfo.Title) == "情報セキュリティホワイトペーパー"
    assert str(pdf.pike.docinfo.Author) == "あおぞらクラウド株式会社"
    assert "ISO/IEC 27017" in str(pdf.pike.docinfo.Keywords)
    assert str(pdf.pike.docinfo.CreationDate) == "D:20261120000000Z"
    assert str(pdf.pike.Root.ViewerPreferences.DisplayDocTitle) == "True"


def test_the_file_says_that_it_is_pdf_a_3a_and_pdf_ua_1(pdf):
    xmp = pdf.pike.Root.Metadata.read_bytes().decode()
    assert 'pdfaid:part="3"' in xmp
    assert 'pdfaid:conformance="A"' in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert xmp.count("</rdf:RDF>") == 1


def test_the_tags_tell_headings_lists_tables_links_and_figures(pdf):
    kinds = {path[-1] for path in pdf.tags}
    assert {"H1", "H2", "H3", "P", "L", "LI", "LBody", "Table", "TH", "TD", "Link", "Figure", "Caption"} <= kinds


def test_every_link_annotation_hangs_on_a_link_tag(pdf):
    annotations = sum(len(page.get("/Annots", [])) for page in pdf.pike.pages)
    parents = dict(_number_tree(pdf.pike.Root.StructTreeRoot.ParentTree.Nums))
    links = [
        parents[int(annotation.StructParent)].S for page in pdf.pike.pages for annotation in page.get("/Annots", [])
    ]
    assert len(links) == annotations > 30
    assert set(map(str, links)) == {"/Link"}


def _number_tree(nums):
    return zip(map(int, list(nums)[::2]), list(nums)[1::2], strict=True)


def test_a_link_in_bold_and_over_two_lines_is_still_one_link_a_line():
    address = "https://aozora.example/" + "policy/" * 20
    link = Link(address, (Text(address),))
    pdf = Pdf(render_pdf(make_document(section("頁", paragraph("説明は", link, "にあります。"))), ISSUED))
    rectangles = [
        annotation.Rect for page in pdf.pike.pages for annotation in page.get("/Annots", []) if "/A" in annotation
    ]
    assert 2 <= len(rectangles) <= 3
    assert max(float(rectangle[2]) for rectangle in rectangles) < 525  # the long address breaks at the margin


def test_the_attachment_is_the_document_whose_digest_is_known(document, pdf):
    attached = pdf.attachment("document.json")
    assert hashlib.sha256(attached).hexdigest() == document.digest
    assert Document.from_json(attached.decode()) == document
    assert str(pdf.pike.Root.AF[0].AFRelationship) == "/Source"


def test_a_draft_is_marked_on_every_page_but_not_in_the_text(pdf, draft):
    def pictures(file: Pdf) -> list[int]:
        return [page.Contents.read_bytes().count(b" Do\n") for page in file.pike.pages]

    assert [drawn - 1 for drawn in pictures(draft)] == pictures(pdf)
    assert "DRAFT" not in draft.text


def test_a_draft_breaks_its_pages_where_the_issue_does(pdf, draft):
    assert draft.texts == pdf.texts
    assert draft.bookmarks == pdf.bookmarks


def test_a_table_over_pages_repeats_its_head_and_leaves_no_row_alone():
    rows = [[f"行{number}", "実施しています"] for number in range(1, 40)]
    for count in range(20, 40, 6):
        pdf = Pdf(render_pdf(make_document(section("表", table(["項目", "内容"], *rows[:count]))), ISSUED))
        pages = [page for page in range(4, pdf.pages) if "項目 内容" in pdf.lines(page)]
        for page in pages:
            assert sum(line.startswith("行") for line in pdf.lines(page)) > 1
        assert sum(line.startswith("行") for page in pages for line in pdf.lines(page)) == count


def test_a_heading_is_never_the_last_line_of_its_page():
    parts = [section(f"節{n}", "文です。" * (n % 5 * 12 + 1), number=f"1.{n}") for n in range(1, 30)]
    document = make_document(section("章", number="1", children=parts))
    pdf = Pdf(render_pdf(document, ISSUED))
    headings = {item.heading for item in document.walk()}
    for page in range(4, pdf.pages + 1):
        body = [line for line in pdf.lines(page) if not line.startswith(("AZ-001", "あおぞらストレージ 情"))]
        assert body[-1] not in headings


@pytest.mark.parametrize(
    ("follows", "words"),
    [(bullets(*"一二三四五六七八"), "・一"), (table(["項目", "内容"], *[["行", "文"]] * 5), "項目内容")],
    ids=["list", "table"],
)
def test_a_line_that_introduces_a_list_or_a_table_stays_with_it(follows, words):
    for before in range(22, 27):
        blocks = [*(f"段落{n}" for n in range(before)), "次のとおりです。", follows]
        pdf = Pdf(render_pdf(make_document(section("章", *blocks)), ISSUED))
        assert pdf.page_of("次のとおりです。") == pdf.page_of(words)


def test_stops_and_brackets_that_meet_leave_no_hole():
    """Half a letter goes where the blank halves of two signs meet."""
    pdf = Pdf(render_pdf(make_document(section("約物", bullets("（甲）：「乙」、（丙）。"))), ISSUED))
    page = pypdfium2.PdfDocument(pdf.data)[pdf.page_of("（甲）") - 1].get_textpage()
    start = page.get_text_range().index("（甲）")
    left = [page.get_charbox(start + place, loose=True)[0] for place in range(5)]
    letter = left[2] - left[1]
    assert left[3] - left[2] == pytest.approx(letter / 2, abs=0.3)  # ）：
    assert left[4] - left[3] == pytest.approx(letter / 2, abs=0.3)  # ：「


def test_a_long_title_breaks_between_its_phrases():
    title = "クラウドサービスにおける情報セキュリティ対策の概要とお客様の責任範囲について"
    cover = Pdf(render_pdf(make_document(title=title), ISSUED)).lines(1)
    assert cover[1:4] == ["クラウドサービスにおける", "情報セキュリティ対策の概要とお客様の", "責任範囲について"]

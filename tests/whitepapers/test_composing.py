"""compose(): one Document from the rows of one paper, with as many queries for 120 sections as for 5."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import answer, make_paper, prose
from tests.whitepapers.reading_blocks import section_called
from whitepapers.compose import compose
from whitepapers.document import Document
from whitepapers.models import Whitepaper

pytestmark = pytest.mark.django_db


def paper_of(count):
    """Sections with controls, references, facts, figures and history, as many as asked for."""
    figure = {"key": "a", "kind": "responsibility", "layers": [{"name": "x", "party": p} for p in ("当社", "お客様")]}
    sections = [
        prose(f"節{n}", "{{ ref: backup }} {{ backup_generations }}\n{{ figure: a }}", key=f"key-{n}")
        if n % 2
        else answer("12.4.1", "12.4.3", title=f"節{n}", body="{{ backup_generations }}")
        for n in range(count - 2)
    ]
    return make_paper(
        prose("章", children=[*sections, answer("12.3.1", title="バックアップ", key="backup")]),
        whitepaper={"second_edition": "iso27002-2022", "reference_line": "{ids} {mapped}", "planned": {"number": "9"}},
        facts={"backup_generations": 3},
        figures=[figure],
        history=[{"number": f"1.{n}"} for n in range(count)],
    )


def queries(paper_id):
    paper = Whitepaper.objects.select_related("service__provider", "edition", "second_edition").get(pk=paper_id)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        document = compose(paper)
    return len(captured), document


def test_the_number_of_queries_does_not_grow_with_the_paper():
    small, small_document = queries(paper_of(5).pk)
    large, large_document = queries(paper_of(120).pk)
    assert (len(list(small_document.walk())), len(list(large_document.walk()))) == (5, 120)
    assert small == large <= 20


def test_the_same_rows_give_the_same_document():
    paper = paper_of(7)
    again = Whitepaper.objects.get(pk=paper.pk)
    assert compose(paper).to_json() == compose(again).to_json()
    assert Document.from_json(compose(paper).to_json()) == compose(again)


def test_the_cover_says_what_the_paper_is():
    cover = compose(
        make_paper(
            prose("A"),
            provider={"name": "例示"},
            service={"name": "例示ストレージ"},
            whitepaper={
                "title": "題", "subtitle": "副題", "document_number": "EX-1", "classification": "公開",
                "planned": {"number": "1.3", "date": "2024-05-07"},
            },
        )
    ).printed.cover  # fmt: skip
    assert (cover.title, cover.subtitle, cover.service, cover.company) == ("題", "副題", "例示ストレージ", "例示")
    assert (cover.version, cover.document_number, cover.classification) == ("第1.3版", "EX-1", "公開")


def test_a_paper_without_a_planned_number_prints_no_version():
    assert compose(make_paper(prose("A"))).printed.cover.version == ""


def test_the_header_is_the_title_unless_one_is_given():
    assert compose(make_paper(prose("A"), whitepaper={"title": "題"})).printed.header == "題"
    assert compose(make_paper(prose("A"), whitepaper={"header": "頭書き"})).printed.header == "頭書き"


def test_a_reference_line_stands_below_control_sections_only():
    whitepaper = {"reference_line": "項番：{ids:A.}[（{mapped}）]", "second_edition": "iso27002-2022"}
    document = compose(
        make_paper(prose("前"), answer("12.3.1"), answer("CLD.6.3.1"), answer(title="独自"), whitepaper=whitepaper)
    )
    lines = {section.title: section.reference_line for section in document.walk()}
    assert lines["前"] == lines["独自"] == ""
    assert section_called(document, "情報のバックアップ").reference_line == "項番：A.12.3.1（8.13）"
    assert [line for line in lines.values() if "CLD" in line] == ["項番：CLD.6.3.1"]


def test_two_old_ids_of_one_new_control_are_mapped_once():
    whitepaper = {"reference_line": "{mapped}", "second_edition": "iso27002-2022"}
    document = compose(make_paper(answer("12.4.1", "12.4.3"), whitepaper=whitepaper))
    assert document.printed.sections[0].reference_line == "8.15"


def test_the_meta_part_says_what_is_not_printed():
    document = compose(make_paper(answer("12.3.1", stances=[{"stance": "provided", "scope": "基盤"}])))
    (meta,) = document.meta.sections
    assert (document.meta.edition, document.meta.second_edition, document.meta.number) == ("iso27017-2015", "", "")
    assert [(control.number, control.title) for control in meta.controls] == [("12.3.1", "情報のバックアップ")]
    assert [(stance.stance, stance.scope) for stance in meta.stances] == [("provided", "基盤")]

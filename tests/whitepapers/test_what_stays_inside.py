"""Promise 8: sections left out, internal notes and source notes are not in the Document, in no format and no export."""

import json

import pytest

from tests.factories import answer, make_fact, make_paper, prose
from whitepapers.compose import compose, draft_imprint
from whitepapers.exporting import export_paper
from whitepapers.models import Section
from whitepapers.rendering import FORMATS, render

pytestmark = pytest.mark.django_db

SECRET = "内部限りの文字列"


def test_sections_left_out_and_notes_are_nowhere():
    paper = make_paper(
        prose("残る節", "本文 {{ backup_method }}"),
        prose(
            f"外す節{SECRET}", SECRET, key="left-out", children=[answer("12.3.1", body=SECRET, title=f"下の節{SECRET}")]
        ),
    )
    Section.objects.filter(key="left-out").update(included=False)
    Section.objects.update(internal_note=SECRET)
    make_fact(paper.service.provider, "backup_method", "複製", service=paper.service, source_note=SECRET)
    make_fact(paper.service.provider, "restore_procedure_unused", SECRET, source_note=SECRET)
    document = compose(paper)
    for name in FORMATS.keys() - {"pdf"}:
        assert SECRET not in render(document, draft_imprint(paper), name).decode(), name
    assert SECRET not in document.to_json()
    assert SECRET not in json.dumps(export_paper(paper), ensure_ascii=False)
    assert len(document.meta.sections) == len(list(document.walk())) == 1


def test_a_section_left_out_does_not_count():
    paper = make_paper(prose("A"), prose("B"), prose("C"))
    Section.objects.filter(title="B").update(included=False)
    assert [section.heading for section in compose(paper).walk()] == ["1 A", "2 C"]


def test_facts_that_are_not_printed_are_not_in_the_document():
    paper = make_paper(prose("A", "本文"), facts={"backup_method": SECRET})
    assert SECRET not in compose(paper).to_json()

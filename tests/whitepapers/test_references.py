"""``{{ ref: … }}`` prints number and title of a section of the same paper, and links to it."""

import pytest

from tests.factories import answer, make_paper, prose
from tests.whitepapers.reading_blocks import section_called, values
from whitepapers.compose import compose
from whitepapers.document import Missing, inlines_of
from whitepapers.models import Section

pytestmark = pytest.mark.django_db


def printed(paper, title="本文"):
    return values(section_called(compose(paper), title))[0]


def link_to(paper, title):
    return f"<a #{section_called(compose(paper), title).anchor}>"


def test_by_key():
    paper = make_paper(prose("分担", key="split"), prose("本文", "{{ ref: split }}を参照"))
    assert printed(paper) == f"{link_to(paper, '分担')}1 分担</a>を参照"


def test_by_control_with_the_catalogs_title():
    paper = make_paper(prose("本文", "{{ ref: 12.3.1 }}"), prose("章", children=[answer("12.3.1")]))
    assert printed(paper) == f"{link_to(paper, '情報のバックアップ')}2.1 情報のバックアップ</a>"


def test_with_the_number_as_the_heading_prints_it():
    whitepaper = {"control_prefix": "A.", "number_suffix": "."}
    sections = [prose("本文", "{{ ref: 12.3.1 }}と{{ ref: top }}"), answer("12.3.1", numbering="control")]
    paper = make_paper(*sections, prose("章", key="top"), whitepaper=whitepaper)
    assert "A.12.3.1 情報のバックアップ" in printed(paper)
    assert "2. 章" in printed(paper)


def test_to_a_section_without_number_prints_the_title():
    paper = make_paper(prose("前書き", key="preface", numbering="none"), prose("本文", "{{ ref: preface }}"))
    assert printed(paper) == f"{link_to(paper, '前書き')} 前書き</a>"


def test_follows_the_section_when_it_moves():
    paper = make_paper(prose("本文", "{{ ref: a }}"), prose("A", key="a"), prose("B"))
    Section.objects.filter(title="A").update(position=9)
    assert "3 A" in printed(paper)


def test_to_a_section_that_is_left_out_is_missing():
    paper = make_paper(
        prose("A", key="a", children=[answer("12.3.1")]), prose("本文", "{{ ref: a }} {{ ref: 12.3.1 }}")
    )
    Section.objects.filter(title="A").update(included=False)
    assert printed(paper) == "〔参照先なし：a〕 〔参照先なし：12.3.1〕"


def test_to_a_control_that_came_to_be_answered_twice_is_missing():
    paper = make_paper(answer("12.3.1"), answer("12.4.1", title="ログ"), prose("本文", "{{ ref: 12.3.1 }}"))
    second = Section.objects.get(title="ログ")
    second.section_controls.create(control=paper.edition.controls.get(number="12.3.1"), position=1)
    assert printed(paper) == "〔参照先なし：12.3.1〕"


def test_to_nothing_is_missing():
    paper = make_paper(prose("A", key="a"), prose("本文", "{{ ref: a }}"))
    Section.objects.filter(title="A").delete()
    (missing,) = (i for i in inlines_of(compose(paper).printed.sections[0].blocks) if isinstance(i, Missing))
    assert missing == Missing("reference", "a", "a")


def test_in_the_revision_history_placeholders_are_text():
    paper = make_paper(prose("A"), history=[{"number": "1.0", "summary": "{{x}} と {{ ref: a }}"}])
    (entry,) = compose(paper).printed.history.entries
    assert entry.summary[0].children[0].text == "{{x}} と {{ ref: a }}"

"""What a reader must be able to learn about a control, and whether some section of it says so."""

import pytest

from tests.factories import answer, make_paper, prose
from whitepapers.compose import compose
from whitepapers.models import Section

pytestmark = pytest.mark.django_db


def points(paper, title=None):
    """key → answered, of the control 12.3.1 in the section with that title."""
    document = compose(paper)
    titles = {section.anchor: section.title for section in document.walk()}
    meta = next(m for m in document.meta.sections if m.points and title in (None, titles[m.anchor]))
    return {point.key: point.answered for point in meta.points}


def test_nothing_answers_them_at_first():
    found = points(make_paper(answer("12.3.1")))
    assert "backup_retention" in found
    assert not any(found.values())


def test_printing_the_key_fact_answers_a_point():
    paper = make_paper(answer("12.3.1", body="{{ backup_retention_days }}"), facts={"backup_retention_days": 11})
    assert [key for key, answered in points(paper).items() if answered] == ["backup_retention"]


def test_another_fact_of_the_point_does_not():
    paper = make_paper(answer("12.3.1", body="{{ backup_generations }}"), facts={"backup_generations": 3})
    assert not points(paper)["backup_retention"]


def test_a_key_fact_that_is_unknown_or_not_printed_does_not():
    assert not points(make_paper(answer("12.3.1", body="{{ backup_retention_days }}")))["backup_retention"]
    known = make_paper(answer("12.3.1", body="本文"), facts={"backup_retention_days": 11})
    assert not points(known)["backup_retention"]


def test_a_key_fact_printed_in_a_section_of_another_control_does_not():
    sections = [answer("12.3.1"), prose("別", "{{ backup_retention_days }}")]
    assert not points(make_paper(*sections, facts={"backup_retention_days": 11}))["backup_retention"]


def test_a_mark_on_the_authors_sentence_answers_a_point():
    paper = make_paper(answer("12.3.1", body="11日間保持します。", answered_points=["backup_retention"]))
    assert [key for key, answered in points(paper).items() if answered] == ["backup_retention"]


@pytest.mark.parametrize(
    "stance", ["not_provided", "customer", "not_applicable", "see_section", "see_document", "on_request"]
)
def test_a_stance_that_says_why_not_answers_them_all(stance):
    assert all(points(make_paper(answer("12.3.1", stances=[{"stance": stance}]))).values())


@pytest.mark.parametrize("stance", ["provided", "partly", "option", "upstream"])
def test_a_stance_that_promises_something_answers_none(stance):
    assert not any(points(make_paper(answer("12.3.1", stances=[{"stance": stance}]))).values())


def test_a_control_answered_in_two_sections_is_answered_by_both():
    paper = make_paper(
        answer("12.3.1", title="一つ目", body="{{ backup_retention_days }}"),
        answer("12.3.1", title="二つ目", body="{{ backup_performed }}"),
        facts={"backup_retention_days": 11, "backup_performed": "performed"},
    )
    assert points(paper, "一つ目") == points(paper, "二つ目")
    assert points(paper)["backup_retention"]
    assert points(paper)["backup_scope"]
    Section.objects.filter(title="二つ目").update(included=False)
    assert not points(paper)["backup_scope"]

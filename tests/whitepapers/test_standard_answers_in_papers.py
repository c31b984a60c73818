"""A section may inherit the provider's standard answer, or have departed from it."""

import pytest

from tests.factories import answer, make_paper
from tests.whitepapers.reading_blocks import values
from whitepapers.compose import compose
from whitepapers.document import StanceMeta
from whitepapers.models import StandardAnswer

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(
        answer("12.3.1", body="自分の回答", stances=[{"stance": "option"}]), facts={"backup_generations": 3}
    )


@pytest.fixture
def standard(paper):
    control = paper.edition.controls.get(number="12.3.1")
    found = StandardAnswer.objects.create(
        provider=paper.service.provider,
        control=control,
        body="共通の回答：{{ backup_generations }}",
        stances=[{"stance": "provided", "scope": "基盤"}],
    )
    found.revisions.create(body=found.body, stances=found.stances)
    paper.sections.update(standard_answer=found)
    return found


def printed(paper):
    document = compose(paper)
    return values(document.printed.sections[0]), document.meta.sections[0].stances


def test_a_section_with_its_own_answer_prints_it(paper):
    assert printed(paper) == (["自分の回答"], (StanceMeta("option", ""),))


def test_a_section_that_inherits_prints_the_standard_answer_with_the_facts_of_its_own_service(paper, standard):
    assert printed(paper) == (["共通の回答：3世代"], (StanceMeta("provided", "基盤"),))


def test_a_section_that_inherits_follows_the_standard_answer(paper, standard):
    before = compose(paper).digest
    StandardAnswer.objects.update(body="新しい共通の回答")
    assert printed(paper)[0] == ["新しい共通の回答"]
    assert compose(paper).digest != before


def test_a_section_that_departed_prints_its_own_answer(paper, standard):
    paper.sections.update(departed_from=standard.revisions.get())
    assert printed(paper) == (["自分の回答"], (StanceMeta("option", ""),))


def test_a_section_whose_standard_answer_is_deleted_prints_its_own(paper, standard):
    standard.delete()
    assert printed(paper)[0] == ["自分の回答"]

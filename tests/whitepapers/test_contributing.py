"""Who wrote what a paper says since its last issue: by section, fact, standard answer, outline and settings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from controls.models import Control
from tests.factories import (
    answer,
    import_data,
    make_fact,
    make_member,
    make_review,
    make_service,
    make_version,
    paper_data,
    prose,
)
from whitepapers.answering import AnswerContent, save_answer
from whitepapers.compose import compose
from whitepapers.contributing import contributors
from whitepapers.describing import change_paper
from whitepapers.dividing import merge, split
from whitepapers.editing import content_of, save_section
from whitepapers.models import Location, Section, StandardAnswer, Whitepaper
from whitepapers.outlining import add, place, remove
from whitepapers.stating import confirm, retract, state

pytestmark = pytest.mark.django_db

FACT = "backup_generations"


@pytest.fixture
def other(provider) -> User:
    return make_member(provider, Role.ADMIN, name="別の 管理")


@pytest.fixture
def paper(provider, author) -> Whitepaper:
    """Issued as 1.0 by somebody else; nobody has touched it since."""
    sections = [
        prose("はじめに", "本文です。"),
        answer("12.3.1", body=f"世代数は{{{{ {FACT} }}}}です。", stances=[{"stance": "provided"}]),
        prose("外した節", "載せない。"),
    ]
    paper = import_data(paper_data(*sections), provider_slug=provider.slug)
    paper.sections.filter(title="外した節").update(included=False)
    state(provider, FACT, 3, service=paper.service, by=author)
    issuer = make_member(provider, Role.APPROVER, name="前の 承認")
    make_version(paper, "1.0", by=issuer)
    return Whitepaper.objects.get(pk=paper.pk)


def writers(paper: Whitepaper, **options) -> dict[int, list[str]]:
    return contributors(Whitepaper.objects.get(pk=paper.pk), compose(paper), **options)


def write(row: Section, by: User, **fields) -> None:
    row.refresh_from_db()
    save_section(row, replace(content_of(row), **fields), counter=row.counter, by=by)


def section(paper: Whitepaper, title: str) -> Section:
    return paper.sections.get(title=title)


def test_nobody_wrote_what_was_issued_already(paper):
    assert writers(paper) == {}


def test_before_the_first_issue_everybody_counts_who_ever_wrote(provider, author, other):
    paper = import_data(paper_data(prose("はじめに", "本文です。")), provider_slug=provider.slug)
    write(section(paper, "はじめに"), author, body="一。")
    write(section(paper, "はじめに"), other, body="二。")
    assert set(writers(paper)) == {author.pk, other.pk}


# --- Sections


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "序"},
        {"body": "別の本文。"},
        {"key": "intro"},
        {"numbering": "none"},
    ],
)
def test_whoever_changes_what_a_section_prints_counts(paper, author, fields):
    write(section(paper, "はじめに"), author, **fields)
    (reasons,) = writers(paper).values()
    assert "変更" in reasons[0]


@pytest.mark.parametrize("fields", [{"internal_note": "メモ"}, {"progress": "done"}])
def test_whoever_changes_what_is_not_printed_does_not(paper, author, fields):
    write(section(paper, "はじめに"), author, **fields)
    assert writers(paper) == {}


def test_a_stance_and_an_answered_point_count(paper, author, other):
    row = paper.sections.get(kind="control")
    write(row, author, stances=[{"stance": "partly", "scope": ""}])
    write(row, other, answered_points=["any"])
    assert set(writers(paper)) == {author.pk, other.pk}


def test_text_in_a_section_that_stays_left_out_does_not_count(paper, author):
    write(section(paper, "外した節"), author, body="別。")
    assert writers(paper) == {}


def test_leaving_out_and_putting_in_count(paper, author, other):
    write(section(paper, "外した節"), other, included=True)
    remove(paper, section(paper, "はじめに").pk, by=author)
    assert set(writers(paper)) == {author.pk, other.pk}


def test_words_that_were_merged_into_another_section_stay_their_writers(paper, author, other):
    part = add(paper, kind="prose", title="一時の節", after_id=section(paper, "はじめに").pk, by=other)
    write(part, author, body="作成者の文。")
    merge(paper, section(paper, "はじめに").pk, by=other)
    assert "作成者の文。" in compose(Whitepaper.objects.get(pk=paper.pk)).to_json()
    assert writers(paper)[author.pk] == ["「1 はじめに」を変更"]


def test_words_that_were_split_off_stay_their_writers(paper, author, other):
    row = section(paper, "はじめに")
    write(row, author, body="残る文。\n\n作成者の文。")
    row.refresh_from_db()
    split(paper, row.pk, line=3, title="分けた節", counter=row.counter, by=other)
    remove(paper, row.pk, by=other)
    assert "作成者の文。" in compose(Whitepaper.objects.get(pk=paper.pk)).to_json()
    assert writers(paper)[author.pk] == ["「1 分けた節」を変更"]


def test_what_was_written_in_a_section_after_its_words_had_gone_elsewhere_does_not_count(paper, author, other):
    part = add(paper, kind="prose", title="一時の節", after_id=section(paper, "はじめに").pk, by=other)
    write(part, other, body="別の人の文。")
    merge(paper, section(paper, "はじめに").pk, by=other)
    write(part, author, body="載らない文。")
    assert author.pk not in writers(paper)


def test_a_sitting_that_goes_on_after_the_submission_counts(paper, author, other, provider):
    row = section(paper, "はじめに")
    content = replace(content_of(row), body="一。")
    row = save_section(row, content, counter=row.counter, by=author, autosave=True)
    make_version(paper, "1.1", by=other)
    save_section(row, replace(content, body="二。"), counter=row.counter, by=author, autosave=True)
    assert row.revisions.count() == 1
    assert author.pk in writers(paper)


# --- Facts


def test_whoever_states_or_takes_back_a_printed_fact_counts(provider, paper, author, other):
    state(provider, FACT, 7, service=paper.service, by=author)
    retract(provider, FACT, service=paper.service, by=other)
    found = writers(paper)
    assert set(found) == {author.pk, other.pk}
    assert "事実" in found[author.pk][0]


def test_whoever_only_confirms_a_fact_does_not(provider, paper, author):
    confirm(provider, FACT, service=paper.service, by=author)
    assert writers(paper) == {}


def test_a_fact_that_the_paper_does_not_print_does_not_count(provider, paper, author):
    state(provider, "backup_retention_days", "30日", service=paper.service, by=author)
    assert writers(paper) == {}


def test_a_fact_of_another_service_does_not_count(provider, paper, author):
    state(provider, FACT, 9, service=make_service(provider), by=author)
    assert writers(paper) == {}


def test_the_providers_value_counts_only_where_the_service_has_none_of_its_own(provider, paper, author, other):
    state(provider, FACT, 9, by=other)
    assert writers(paper) == {}
    retract(provider, FACT, service=paper.service, by=author)
    assert set(writers(paper)) == {author.pk, other.pk}


def test_the_value_of_a_location_counts_although_the_service_has_its_own(provider, paper, author):
    tokyo = Location.objects.create(provider=provider, name="東京")
    paper.service.locations.add(tokyo)
    state(provider, FACT, 9, location=tokyo, by=author)
    assert set(writers(paper)) == {author.pk}


def test_what_the_service_states_after_the_freezing_excuses_nobody(provider, paper, author, other, approver):
    retract(provider, FACT, service=paper.service, by=author)
    state(provider, FACT, 9, by=other)
    review = make_review(paper, by=author, approver=approver, number="1.1")
    assert other.pk in contributors(paper, review.frozen, until=review.submitted_at)
    state(provider, FACT, 4, service=paper.service, by=author)
    assert other.pk in contributors(paper, review.frozen, until=review.submitted_at)


def test_a_fact_changed_after_the_freezing_is_nobodys_content(provider, paper, author, other, approver):
    review = make_review(paper, by=author, approver=approver, number="1.1")
    state(provider, FACT, 9, service=paper.service, by=other)
    assert other.pk not in contributors(paper, review.frozen, until=review.submitted_at)
    assert other.pk in writers(paper)


# --- Standard answers


@pytest.fixture
def shared(provider, paper, author) -> StandardAnswer:
    """The paper's control section inherits it, since 1.1 was issued."""
    control = Control.objects.get(edition=paper.edition, number="12.3.1")
    made = save_answer(
        provider, control, AnswerContent("共通の文。", [{"stance": "provided", "scope": ""}]), counter=0, by=author
    )
    paper.sections.filter(kind="control").update(standard_answer=made)
    make_version(paper, "1.1", by=make_member(provider, Role.APPROVER))
    return made


def change_answer(made: StandardAnswer, by: User) -> None:
    made.refresh_from_db()
    content = AnswerContent(f"共通の文{made.counter}。", made.stances)
    save_answer(made.provider, made.control, content, counter=made.counter, by=by, answer=made)


def test_whoever_changes_an_inherited_answer_counts(paper, shared, other):
    assert writers(paper) == {}
    change_answer(shared, other)
    assert "共通回答" in writers(paper)[other.pk][0]


def test_an_answer_that_the_section_departed_from_does_not_count(paper, shared, author, other):
    paper.sections.filter(kind="control").update(departed_from=shared.revisions.first())
    change_answer(shared, other)
    assert writers(paper) == {}


def test_an_answer_that_only_a_left_out_section_inherits_does_not_count(paper, shared, other):
    paper.sections.filter(kind="control").update(included=False)
    change_answer(shared, other)
    assert writers(paper) == {}


# --- Outline, figures, settings


def test_whoever_moves_adds_or_describes_counts(provider, paper):
    mover, adder, describer = (make_member(provider, Role.ADMIN) for _ in range(3))
    place(paper, section(paper, "はじめに").pk, parent_id=None, position=2, by=mover)
    add(paper, kind="prose", title="新しい節", by=adder)
    change_paper(paper, {"title": "別の題名"}, by=describer)
    found = writers(paper)
    assert set(found) == {mover.pk, adder.pk, describer.pk}
    assert found[mover.pk] == ["節を移動"]


def test_what_is_done_to_another_paper_of_the_provider_does_not_count(provider, paper, author):
    second = import_data(paper_data(prose("序", "文。"), prose("跋", "文。")), provider_slug=provider.slug)
    write(section(second, "序"), author, body="別。")
    place(second, section(second, "序").pk, parent_id=None, position=1, by=author)
    assert writers(paper) == {}


def test_the_number_of_queries_does_not_grow(provider, paper, author, other):
    def count() -> int:
        document = compose(paper)
        fresh = Whitepaper.objects.select_related("service__provider").get(pk=paper.pk)
        with CaptureQueriesContext(connection) as captured:
            contributors(fresh, document)
        return len(captured)

    before = count()
    for n in range(5):
        write(section(paper, "はじめに"), author, body=f"文{n}。")
        state(provider, FACT, 10 + n, service=paper.service, by=other)
        make_fact(provider, f"other_{n}", n)
    assert count() == before <= 12

"""Two people at the same moment: one truth. With threads, on whichever database the tests run."""

from dataclasses import replace
from functools import partial

import pytest

from tests.factories import import_data, make_catalog, make_member, make_provider, paper_data, prose
from tests.whitepapers import at_the_same_time
from whitepapers.compose import compose
from whitepapers.editing import CannotEdit, content_of, save_section
from whitepapers.models import Review, Section, Whitepaper
from whitepapers.reviewing import CannotReview, Place, Plan, decide, recall, submit

TIMES = 4

together = partial(at_the_same_time.together, refusals=(CannotReview, CannotEdit))


@pytest.fixture
def cast(transactional_db):
    make_catalog()
    provider = make_provider("aozora")
    people = {name: make_member(provider, role) for name, role in
              (("author", "author"), ("one", "reviewer"), ("deputy", "reviewer"), ("approver", "approver"))}  # fmt: skip
    return provider, people


def new_paper(provider) -> Whitepaper:
    return import_data(paper_data(prose("はじめに", "本文です。"), prose("次", "文。")), provider_slug=provider.slug)


def plan_of(people, **seat) -> Plan:
    seats = [Place("check", people["one"].pk, people["deputy"].pk), Place("approve", people["approver"].pk)]
    return Plan(number="1.0", summary="初版", seats=seats)


def test_a_save_at_the_moment_of_submitting_is_in_the_document_or_refused(cast):
    provider, people = cast
    for _time in range(TIMES):
        paper = new_paper(provider)
        row = Section.objects.filter(whitepaper=paper).order_by("pk").first()
        content = replace(content_of(row), body="同時に書いた本文。")
        told = together(
            lambda paper=paper: submit(paper, plan_of(people), by=people["author"]),
            lambda row=row, content=content: save_section(row, content, counter=0, by=people["author"]),
        )
        assert told[0] == ""
        review = Review.objects.get(whitepaper=paper)
        row.refresh_from_db()
        assert (row.body == "同時に書いた本文。") == (told[1] == "")
        assert ("同時に書いた本文。" in review.document) == (told[1] == "")
        assert compose(Whitepaper.objects.get(pk=paper.pk)).digest == review.digest


def test_two_submissions_make_one_review(cast):
    provider, people = cast
    for _time in range(TIMES):
        paper = new_paper(provider)
        verb = lambda paper=paper: submit(paper, plan_of(people), by=people["author"])  # noqa: E731
        assert sorted(bool(sentence) for sentence in together(verb, verb, verb)) == [False, True, True]
        assert Review.objects.filter(whitepaper=paper).count() == 1


def test_two_decisions_for_one_seat_leave_one(cast):
    provider, people = cast
    for _time in range(TIMES):
        review = submit(new_paper(provider), plan_of(people), by=people["author"])
        told = together(
            lambda review=review: decide(review, "approve", digest=review.digest, by=people["one"]),
            lambda review=review: decide(review, "return", digest=review.digest, comment="否", by=people["deputy"]),
        )
        assert sorted(bool(sentence) for sentence in told) == [False, True]
        decision = review.decisions.get()
        review.refresh_from_db()
        assert (decision.verdict == "return") == (review.outcome == "returned")


def test_a_recall_at_the_moment_of_a_decision_leaves_one_story(cast):
    provider, people = cast
    for _time in range(TIMES):
        review = submit(new_paper(provider), plan_of(people), by=people["author"])
        told = together(
            lambda review=review: recall(review, by=people["author"]),
            lambda review=review: decide(review, "return", digest=review.digest, comment="否", by=people["one"]),
        )
        assert sorted(bool(sentence) for sentence in told) == [False, True]
        review.refresh_from_db()
        assert review.outcome == ("recalled" if told[0] == "" else "returned")

"""Where a paper stands: 作成中 → レビュー中 → 承認済 → 発行. Derived from its reviews and versions, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices

from .models import Capacity, Decision, Review, Seat, Version, Whitepaper


class State(TextChoices):
    DRAFT = "draft", "作成中"
    IN_REVIEW = "in_review", "レビュー中"
    APPROVED = "approved", "承認済"


@dataclass(frozen=True, slots=True)
class Life:
    """``current`` is the issued version in force, if any: the draft lives on beside it."""

    state: State
    review: Review | None  # the open one, without its document
    current: Version | None  # without its document and imprint


def life_of(paper: Whitepaper) -> Life:
    """Where the paper stands. Three queries, fewer without a review."""
    return lives_of([paper])[paper.pk]


def lives_of(papers: Iterable[Whitepaper]) -> dict[int, Life]:
    """Where each paper stands, by its id. Three queries however many papers."""
    ids = [paper.pk for paper in papers]
    reviews = {
        review.whitepaper_id: review for review in Review.objects.open().filter(whitepaper__in=ids).defer("document")
    }
    approved = approved_among(reviews.values())
    current: dict[int, Version] = {}
    for version in Version.objects.filter(whitepaper__in=ids).not_withdrawn().in_order():
        current.setdefault(version.whitepaper_id, version)
    return {pk: Life(_state(reviews.get(pk), approved), reviews.get(pk), current.get(pk)) for pk in ids}


def with_lives(papers: Iterable[Whitepaper]) -> list[Whitepaper]:
    """The papers of a list, each with its ``life`` for the template. Three queries however many."""
    rows = list(papers)
    lives = lives_of(rows)
    for paper in rows:
        vars(paper)["life"] = lives[paper.pk]
    return rows


def is_approved(review: Review) -> bool:
    """Whether the approver has approved the review's content. One query."""
    return review.pk in approved_among([review])


def approved_among(reviews: Iterable[Review]) -> set[int]:
    """The ids of the open reviews among these that the approver has approved."""
    ids = [review.pk for review in reviews]
    if not ids:
        return set()
    decisions = Decision.objects.filter(
        review__in=ids, review__closed_at=None, capacity=Capacity.APPROVE, verdict=Decision.Verdict.APPROVE
    )
    return set(decisions.values_list("review", flat=True))


def waiting_seats(review: Review, seats: Iterable[Seat] | None = None) -> list[Seat]:
    """Who is asked to decide now: every 確認 that has not decided, and the approver when all of them have approved.
    One query, none with the review's ``seats`` at hand, each with its decision."""
    if seats is None:
        seats = review.seats.select_related("user", "deputy", "decision")
    undecided = [seat for seat in seats if not hasattr(seat, "decision")]
    return [seat for seat in undecided if seat.capacity == Capacity.CHECK] or undecided


def _state(review: Review | None, approved: set[int]) -> State:
    if review is None:
        return State.DRAFT
    return State.APPROVED if review.pk in approved else State.IN_REVIEW

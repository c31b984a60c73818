"""Decisions on a round: whose turn it is, who may not, on which content, and what ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from audit.models import Entry
from tests.factories import import_data, make_member, make_provider, paper_data, prose
from whitepapers.document import Document
from whitepapers.life import State, life_of
from whitepapers.models import Decision, Review, Whitepaper
from whitepapers.reviewing import CannotReview, Place, Plan, decide, recall, replace_seat, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    return import_data(paper_data(prose("はじめに", "本文です。")), provider_slug=provider.slug)


@pytest.fixture
def review(paper, author, reviewer, approver) -> Review:
    seats = [Place("check", reviewer.pk), Place("approve", approver.pk)]
    return submit(paper, Plan(number="1.0", summary="初版", seats=seats), by=author)


def approve(review: Review, by: User, **options) -> Decision:
    return decide(review, "approve", digest=review.digest, by=by, **options)


def send_back(review: Review, by: User, comment: str = "直してください。") -> Decision:
    return decide(review, "return", digest=review.digest, comment=comment, by=by)


def test_when_all_checks_and_the_approver_approved_the_paper_is_approved(paper, review, reviewer, approver):
    assert life_of(paper).state == State.IN_REVIEW
    approve(review, reviewer)
    assert life_of(paper).state == State.IN_REVIEW
    decision = approve(review, approver)
    assert life_of(paper).state == State.APPROVED
    assert (decision.digest, decision.capacity, decision.self_approved) == (review.digest, "approve", False)
    review.refresh_from_db()
    assert review.closed_at is None


def test_the_approver_waits_for_the_checks(review, approver):
    with pytest.raises(CannotReview, match="確認がすべて済むまで"):
        approve(review, approver)
    with pytest.raises(CannotReview, match="確認がすべて済むまで"):
        send_back(review, approver)
    assert not review.decisions.exists()


def test_returning_ends_the_round_at_once(paper, review, reviewer, approver):
    send_back(review, reviewer)
    review.refresh_from_db()
    assert review.outcome == Review.Outcome.RETURNED
    assert life_of(paper).state == State.DRAFT
    with pytest.raises(CannotReview, match="差し戻されて"):
        approve(review, approver)


@pytest.mark.parametrize("comment", ["", "  \n ", "a\x00b", "あ" * 5_001])
def test_returning_needs_a_comment_that_can_be_kept(review, reviewer, comment):
    with pytest.raises(CannotReview) as told:
        send_back(review, reviewer, comment)
    assert set(told.value.problems) == {"comment"}
    review.refresh_from_db()
    assert review.closed_at is None


def test_nobody_decides_twice(review, reviewer):
    approve(review, reviewer)
    with pytest.raises(CannotReview, match="すでに"):
        approve(review, reviewer)
    assert review.decisions.count() == 1


@pytest.mark.parametrize("verdict", ["", "issue", "Approve", "確認"])
def test_a_verdict_is_approve_or_return(review, reviewer, verdict):
    with pytest.raises(CannotReview):
        decide(review, verdict, digest=review.digest, by=reviewer)
    assert not review.decisions.exists()


# --- Who


def test_without_a_seat_nobody_decides(provider, review, author, admin, stranger):
    for person in (author, admin, stranger, make_member(provider, Role.APPROVER)):
        with pytest.raises(CannotReview):
            approve(review, person)
    assert not review.decisions.exists()


def test_a_deputy_decides_in_their_place_and_then_nobody_else_does(provider, paper, author, reviewer, approver):
    deputy = make_member(provider, Role.REVIEWER)
    seats = [Place("check", reviewer.pk, deputy.pk), Place("approve", approver.pk)]
    review = submit(paper, Plan(number="1.0", summary="初版", seats=seats), by=author)
    decision = approve(review, deputy)
    assert (decision.by, decision.seat.user) == (deputy, reviewer)
    with pytest.raises(CannotReview, match="すでに"):
        approve(review, reviewer)


def test_a_role_that_was_lowered_no_longer_decides(provider, review, reviewer):
    Membership.objects.filter(provider=provider, user=reviewer).update(role=Role.AUTHOR)
    with pytest.raises(CannotReview, match="役割"):
        approve(review, reviewer)


def test_who_left_no_longer_decides(provider, review, reviewer):
    Membership.objects.filter(provider=provider, user=reviewer).delete()
    with pytest.raises(CannotReview):
        approve(review, reviewer)


def test_whoever_wrote_in_it_does_not_decide_although_they_have_the_seat(provider, paper, author, reviewer, approver):
    """The seat was given before the guard knew: it asks again."""
    row = paper.sections.get()
    review = submit(paper, Plan(number="1.0", summary="初版", seats=[Place("approve", approver.pk)]), by=author)
    row.revisions.create(by=approver, before={"body": "前"}, after={"body": "後"})
    row.revisions.update(at=review.submitted_at - timedelta(hours=1))
    with pytest.raises(CannotReview, match="書いた人"):
        approve(review, approver)
    assert not review.decisions.exists()


# --- Which content


@pytest.mark.parametrize("digest", ["", "0" * 64, "自由"])
def test_a_decision_on_another_content_is_refused(review, reviewer, digest):
    with pytest.raises(CannotReview, match="異なります"):
        decide(review, "approve", digest=digest, by=reviewer)


def test_a_document_that_is_not_what_its_digest_says_is_never_approved(paper, review, reviewer, monkeypatch):
    frozen = review.frozen
    other = Document(replace(frozen.printed, header="別のヘッダー"), frozen.meta)
    get = Review.objects.get

    def tampered(row: Review) -> Review:
        row.document = other.to_json()
        return row

    monkeypatch.setattr("whitepapers.reviewing._locked_review", lambda row: tampered(get(pk=row.pk)))
    with pytest.raises(CannotReview, match="異なります"):
        approve(review, reviewer)


# --- Recalling


def test_recalling_ends_the_round_and_nobody_decides_any_more(paper, review, author, reviewer):
    recall(review, by=author)
    assert life_of(paper).state == State.DRAFT
    with pytest.raises(CannotReview, match="取り下げ"):
        approve(review, reviewer)
    with pytest.raises(CannotReview, match="取り下げ"):
        recall(review, by=author)


def test_recalling_an_approved_round_voids_the_approval_and_says_so(paper, review, author, reviewer, approver):
    approve(review, reviewer)
    approve(review, approver)
    recall(review, by=author)
    assert life_of(paper).state == State.DRAFT
    entry = Entry.objects.get(action="review.recalled")
    assert entry.data["voided"] == [reviewer.name, approver.name]


def test_an_issued_round_is_not_recalled(review, author):
    Review.objects.filter(pk=review.pk).update(outcome=Review.Outcome.ISSUED, closed_at=timezone.now())
    with pytest.raises(CannotReview, match="発行"):
        recall(review, by=author)


# --- Seats


def test_another_person_takes_the_seat(provider, review, author, reviewer):
    other = make_member(provider, Role.REVIEWER)
    seat = review.seats.get(user=reviewer)
    replace_seat(seat, Place("check", other.pk), by=author)
    with pytest.raises(CannotReview):
        approve(review, reviewer)
    assert approve(review, other).seat_id == seat.pk
    assert Entry.objects.filter(action="review.seat_changed").count() == 1


def test_a_seat_that_has_decided_stays(provider, review, author, reviewer):
    approve(review, reviewer)
    with pytest.raises(CannotReview, match="判定の済んだ席"):
        replace_seat(
            review.seats.get(user=reviewer), Place("check", make_member(provider, Role.REVIEWER).pk), by=author
        )


def test_a_seat_does_not_go_to_a_writer_a_stranger_or_somebody_seated(review, author, reviewer, approver, stranger):
    seat = review.seats.get(user=reviewer)
    for person in (author, approver, stranger):
        with pytest.raises(CannotReview):
            replace_seat(seat, Place("check", person.pk), by=author)
    with pytest.raises(CannotReview):
        replace_seat(seat, Place("check", reviewer.pk, approver.pk), by=author)
    seat.refresh_from_db()
    assert (seat.user, seat.deputy) == (reviewer, None)


def test_who_decided_as_a_deputy_takes_no_other_seat(provider, paper, author, reviewer, approver):
    deputy, second = make_member(provider, Role.APPROVER), make_member(provider, Role.REVIEWER)
    seats = [Place("check", reviewer.pk, deputy.pk), Place("check", second.pk), Place("approve", approver.pk)]
    review = submit(paper, Plan(number="1.0", summary="初版", seats=seats), by=author)
    approve(review, deputy)
    with pytest.raises(CannotReview, match="同じ人"):
        replace_seat(review.seats.get(capacity="approve"), Place("approve", deputy.pk), by=author)


def test_a_due_date_that_has_passed_may_stay_while_the_person_changes(provider, review, author, reviewer):
    yesterday = timezone.localdate() - timedelta(days=1)
    seat = review.seats.get(user=reviewer)
    review.seats.filter(pk=seat.pk).update(due=yesterday)
    other = make_member(provider, Role.REVIEWER)
    assert replace_seat(seat, Place("check", other.pk, None, yesterday), by=author).user == other


# --- One person alone


def test_a_self_approval_is_recorded_as_such():
    provider = make_provider("hitori", allow_self_approval=True)
    admin = make_member(provider, Role.ADMIN)
    paper = import_data(paper_data(prose("はじめに", "本文。")), provider_slug=provider.slug)
    review = submit(paper, Plan(number="1.0", summary="初版", seats=[Place("approve", admin.pk)]), by=admin)
    decision = approve(review, admin)
    assert (decision.self_approved, decision.capacity) == (True, "approve")
    assert Entry.objects.get(action="review.approved").data["self_approved"] is True


def test_a_second_member_ends_the_right_to_approve_oneself():
    provider = make_provider("hitori", allow_self_approval=True)
    admin = make_member(provider, Role.ADMIN)
    paper = import_data(paper_data(prose("はじめに", "本文。")), provider_slug=provider.slug)
    review = submit(paper, Plan(number="1.0", summary="初版", seats=[Place("approve", admin.pk)]), by=admin)
    make_member(provider, Role.VIEWER)
    with pytest.raises(CannotReview, match="書いた人"):
        approve(review, admin)

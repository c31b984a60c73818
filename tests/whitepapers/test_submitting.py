"""Submitting: what it freezes, and everything that it refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from audit.models import Entry
from tests.factories import (
    answer,
    import_data,
    make_member,
    make_provider,
    make_review,
    make_version,
    paper_data,
    prose,
)
from whitepapers.compose import compose
from whitepapers.document import Document
from whitepapers.editing import CannotEdit, content_of, save_section
from whitepapers.models import Capacity, HistoryRow, Review, Whitepaper
from whitepapers.offering import archive_service
from whitepapers.outlining import CannotOutline, add
from whitepapers.proposals import ordinal, propose
from whitepapers.reviewing import CannotReview, ContentMoved, FindingsLeft, Place, Plan, recall, submit
from whitepapers.waiving import judge, waive

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    return import_data(
        paper_data(prose("はじめに", "本文です。"), prose("体制", "体制です。")), provider_slug=provider.slug
    )


@pytest.fixture
def plan(approver, reviewer) -> Plan:
    seats = [Place(Capacity.CHECK, reviewer.pk), Place(Capacity.APPROVE, approver.pk)]
    return Plan(number="1.0", summary="- 初版", seats=seats, message="お願いします。")


def refused(paper: Whitepaper, plan: Plan, by, **options) -> dict[str, str]:
    with pytest.raises(CannotReview) as told:
        submit(paper, plan, by=by, **options)
    assert not Review.objects.filter(whitepaper=paper, submitted_by=by).exists()
    paper.refresh_from_db()
    return told.value.problems


def test_it_freezes_the_paper_with_its_number_and_revision_lines(paper, plan, author):
    review = submit(paper, plan, by=author)
    paper.refresh_from_db()
    assert (paper.planned_number, paper.planned_summary) == ("1.0", "- 初版")
    document = Document.from_json(review.document)
    assert document == compose(paper)
    assert review.digest == document.digest
    assert document.meta.number == "1.0"
    assert [entry.number for entry in document.printed.history.entries if entry.this_version] == ["1.0"]


def test_it_asks_the_people_of_the_seats_and_tells_the_audit(paper, plan, author, approver, reviewer):
    due = timezone.localdate() + timedelta(days=7)
    deputy = make_member(paper.service.provider, Role.REVIEWER)
    seats = [Place("check", reviewer.pk, deputy.pk, due), Place("approve", approver.pk)]
    review = submit(paper, replace(plan, seats=seats), by=author)
    assert list(review.seats.values_list("capacity", "user", "deputy", "due")) == [
        ("check", reviewer.pk, deputy.pk, due),
        ("approve", approver.pk, None, None),
    ]
    entry = Entry.objects.get(action="review.submitted")
    assert (entry.by_id, entry.paper_id, entry.data["digest"]) == (author.pk, paper.pk, review.digest)


def test_the_paper_cannot_be_changed_while_it_is_reviewed(paper, plan, author):
    row = paper.sections.order_by("pk").first()
    submit(paper, plan, by=author)
    with pytest.raises(CannotEdit):
        save_section(row, replace(content_of(row), body="別の本文。"), counter=row.counter, by=author)
    with pytest.raises(CannotOutline):
        add(paper, kind="prose", title="新しい節", by=author)


def test_there_is_one_open_review_per_paper(paper, plan, author):
    submit(paper, plan, by=author)
    with pytest.raises(CannotReview, match="レビュー中"):
        submit(paper, plan, by=author)


def test_the_constraint_alone_refuses_a_second_review_with_a_sentence(paper, plan, author, approver, monkeypatch):
    make_review(paper, by=author, approver=approver)
    monkeypatch.setattr("whitepapers.reviewing.why_locked", lambda _paper: "")
    with pytest.raises(CannotReview, match="すでにレビュー中"):
        submit(paper, replace(plan, number="1.1"), by=author)
    assert Review.objects.filter(whitepaper=paper).count() == 1


def test_an_archived_paper_is_not_submitted(paper, plan, author):
    Whitepaper.objects.filter(pk=paper.pk).update(archived_at=timezone.now())
    assert "保管" in refused(paper, plan, author)[""]


# --- The number


@pytest.mark.parametrize("number", ["", "第1版", "1.0.0.0", "1.", "-1", "1.0\n2", "１．０", "9999999.0", "1e3"])
def test_what_is_no_number_is_refused(paper, plan, author, number):
    assert set(refused(paper, replace(plan, number=number), author)) == {"number"}


@pytest.mark.parametrize("number", ["1.2", "1.2.0", "1.1.9", "0.9", "1"])
def test_a_number_must_be_greater_than_every_issue_here(paper, plan, author, approver, number):
    make_version(paper, "1.2", by=approver)
    assert set(refused(paper, replace(plan, number=number), author)) == {"number"}


def test_numbers_compare_as_numbers(paper, plan, author, approver):
    make_version(paper, "1.9", by=approver)
    other = make_member(paper.service.provider, Role.APPROVER)
    review = submit(paper, replace(plan, number="1.10", seats=[Place("approve", other.pk)]), by=author)
    assert review.number == "1.10"


def test_a_number_must_be_greater_than_every_row_of_the_history(paper, plan, author):
    HistoryRow.objects.create(whitepaper=paper, position=0, number="3.0", summary="Hakusho より前")
    assert set(refused(paper, replace(plan, number="2.5"), author)) == {"number"}
    assert propose(paper).number == "3.1"


def test_a_number_must_be_greater_than_every_earlier_issue(paper, plan, author):
    paper.earlier_issues.create(
        number="4.0", major=4, name="4.pdf", media_type="application/pdf", sha256="0" * 64, size=1, path="x",
        by=author, by_name=author.name, at=timezone.now(),
    )  # fmt: skip
    assert set(refused(paper, replace(plan, number="3.0"), author)) == {"number"}


def test_one_and_one_point_nought_are_the_same_number():
    assert ordinal("1") == ordinal("1.0") == ordinal("1.0.0")


# --- Texts


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("summary", ""),
        ("summary", "a\x00b"),
        ("summary", "あ" * 20_001),
        ("note", "\x07"),
        ("author", "一\n二"),
        ("message", "あ" * 2_001),
    ],
)
def test_texts_that_cannot_be_kept_are_refused_and_nothing_is_planned(paper, plan, author, field, text):
    assert field in refused(paper, replace(plan, **{field: text}), author)
    assert paper.planned_summary == ""


# --- Findings


def test_a_blocking_finding_stops_it(provider, plan, author):
    paper = import_data(paper_data(prose("はじめに", "本文。"), answer("12.3.1")), provider_slug=provider.slug)
    with pytest.raises(FindingsLeft) as told:
        submit(paper, plan, by=author)
    assert {finding.id for finding in told.value.findings} >= {"completeness.empty_section"}
    paper.refresh_from_db()
    assert paper.planned_summary == ""


def test_findings_that_were_all_accepted_do_not_stop_it(provider, plan, author, reviewer):
    paper = import_data(paper_data(answer("12.3.1")), provider_slug=provider.slug)
    for finding in propose(paper).judged.blocking:
        waive(paper, finding, reason="この版では扱わない", by=reviewer)
    review = submit(paper, plan, by=author)
    assert judge(paper, []).left == []
    assert review.number == "1.0"


# --- What the submitter saw


def test_a_change_after_the_page_was_opened_refuses_it(paper, plan, author):
    seen = propose(paper).digest
    row = paper.sections.order_by("pk").first()
    save_section(row, replace(content_of(row), body="変わった本文。"), counter=row.counter, by=author)
    with pytest.raises(ContentMoved):
        submit(paper, plan, by=author, seen=seen)
    paper.refresh_from_db()
    assert paper.planned_summary == ""
    assert submit(paper, plan, by=author, seen=propose(paper).digest).number == "1.0"


def test_number_and_lines_are_no_change_of_what_was_seen(paper, plan, author):
    seen = propose(paper).digest
    Whitepaper.objects.filter(pk=paper.pk).update(planned_number="7.0", planned_summary="別の行")
    assert submit(paper, plan, by=author, seen=seen).number == "1.0"


# --- Seats


def seat_problem(paper, plan, by, *seats: Place) -> str:
    (sentence,) = refused(paper, replace(plan, seats=seats), by).values()
    return sentence


def test_exactly_one_approver_is_needed(paper, plan, author, approver, reviewer, admin):
    assert "1人" in seat_problem(paper, plan, author, Place("check", reviewer.pk))
    assert "1人" in seat_problem(paper, plan, author, Place("approve", approver.pk), Place("approve", admin.pk))


def test_nobody_has_two_seats(paper, plan, author, approver, reviewer, admin):
    both = (Place("check", approver.pk), Place("approve", approver.pk))
    assert "同じ人" in seat_problem(paper, plan, author, *both)
    deputy = (Place("check", reviewer.pk, admin.pk), Place("approve", approver.pk, admin.pk))
    assert "同じ人" in seat_problem(paper, plan, author, *deputy)
    assert "同じ人" in seat_problem(paper, plan, author, Place("approve", approver.pk, approver.pk))


def test_roles_below_the_seat_are_refused(paper, plan, author, reviewer, viewer, approver):
    other = make_member(paper.service.provider, Role.AUTHOR)
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", reviewer.pk))
    assert "この立場" in seat_problem(paper, plan, author, Place("check", other.pk), Place("approve", approver.pk))
    assert "この立場" in seat_problem(paper, plan, author, Place("check", viewer.pk), Place("approve", approver.pk))
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", approver.pk, reviewer.pk))


def test_a_forged_id_is_refused(paper, plan, author, approver, stranger):
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", stranger.pk))
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", 987_654))
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", approver.pk, stranger.pk))
    assert "立場を選び" in seat_problem(paper, plan, author, Place("issue", approver.pk))


def test_somebody_who_is_switched_off_is_refused(paper, plan, author, approver):
    approver.is_active = False
    approver.save()
    assert "この立場" in seat_problem(paper, plan, author, Place("approve", approver.pk))


def test_a_due_date_that_has_passed_is_refused(paper, plan, author, approver):
    yesterday = timezone.localdate() - timedelta(days=1)
    assert "期限" in seat_problem(paper, plan, author, Place("approve", approver.pk, None, yesterday))


def test_whoever_wrote_in_it_gets_no_seat_and_is_told_why(paper, plan, author, approver):
    row = paper.sections.order_by("pk").first()
    save_section(row, replace(content_of(row), body="承認者が書いた。"), counter=row.counter, by=approver)
    sentence = seat_problem(paper, plan, author, Place("approve", approver.pk))
    assert "鈴木 承認" in sentence
    assert "はじめに" in sentence


def test_the_submitter_gets_no_seat(paper, plan, approver):
    assert "提出" in seat_problem(paper, plan, approver, Place("approve", approver.pk))


# --- One person alone


def test_one_person_alone_approves_only_where_the_provider_allows_it(plan):
    provider = make_provider("hitori")
    admin = make_member(provider, Role.ADMIN)
    paper = import_data(paper_data(prose("はじめに", "本文。")), provider_slug=provider.slug)
    alone = replace(plan, seats=[Place("approve", admin.pk)])
    with pytest.raises(CannotReview, match="書いた人"):
        submit(paper, alone, by=admin)
    provider.allow_self_approval = True
    provider.save()
    assert submit(paper, alone, by=admin).seats.get().user == admin


def test_two_people_may_not_approve_what_they_wrote_although_the_provider_allows_it(provider, paper, plan, approver):
    provider.allow_self_approval = True
    provider.save()
    make_member(provider, Role.VIEWER)
    assert "書いた人" in seat_problem(paper, plan, approver, Place("approve", approver.pk))


# --- Proposals


def test_the_first_issue_is_proposed_as_such(paper):
    proposal = propose(paper)
    assert (proposal.number, proposal.lines, proposal.before) == ("1.0", ["初版"], None)


def test_the_next_issue_is_drafted_from_the_difference(paper, author, approver):
    make_version(paper, "1.0", by=approver)
    paper.refresh_from_db()
    row = paper.sections.order_by("pk").first()
    save_section(row, replace(content_of(row), body="まったく別の本文になりました。"), counter=row.counter, by=author)
    proposal = propose(paper)
    assert proposal.before.number == "1.0"
    assert proposal.number == "1.1"
    assert any("はじめに" in line for line in proposal.lines)


def test_a_recalled_paper_is_submitted_again_with_what_was_planned(paper, plan, author):
    recall(submit(paper, plan, by=author), by=author)
    paper.refresh_from_db()
    assert paper.planned_summary == "- 初版"
    assert submit(paper, plan, by=author).number == "1.0"


def test_nothing_of_a_service_that_is_put_away_is_submitted(paper, plan, author):
    archive_service(paper.service, by=author)
    assert "保管したサービス" in refused(Whitepaper.objects.get(pk=paper.pk), plan, author)[""]

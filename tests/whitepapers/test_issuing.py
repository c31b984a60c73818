"""Issuing: what was approved becomes a version with its files, or nothing changes and a sentence says why."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.roles import Role
from audit.models import Entry
from tests.factories import make_approved, make_member, make_paper, make_version, prose
from tests.lifting import lifted
from whitepapers import issuing, storing
from whitepapers.compose import compose
from whitepapers.issuing import CannotIssue, issue, withdraw
from whitepapers.models import Artefact, Decision, Review, Seat, StoredFile, Version
from whitepapers.offering import archive_service
from whitepapers.rendering import FORMATS

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def paper():
    return make_paper(prose("はじめに", "本文です。"))


@pytest.fixture
def people(paper):
    provider = paper.service.provider
    return {role: make_member(provider, role, name=f"{role}さん") for role in Role}


@pytest.fixture
def review(paper, people):
    return make_approved(
        paper,
        by=people["author"],
        approver=people["approver"],
        checks=(people["reviewer"],),
        note="備考",
        author="著者",
    )


def nothing_changed(review) -> bool:
    fresh = Review.objects.get(pk=review.pk)
    paper = fresh.whitepaper
    return (
        not Version.objects.exists()
        and not Artefact.objects.exists()
        and fresh.closed_at is None
        and paper.planned_number == review.number
        and not paper.history_rows.exists()
    )


def test_an_issue_holds_the_approved_content_and_closes_the_review(review, people):
    version = issue(review, date=DAY, by=people["approver"])
    review.refresh_from_db()
    assert (version.number, version.ordinal, version.digest) == ("1.0", (1, 0, 0), review.digest)
    assert version.frozen == review.frozen
    assert (review.outcome, review.closed_at) == ("issued", version.issued_at)
    assert version.frozen_imprint.date == "2026-11-20"
    assert not version.frozen_imprint.draft
    assert version.imprint_digest == version.frozen_imprint.digest


def test_every_format_is_kept_under_its_hash(review, people):
    version = issue(review, date=DAY, by=people["approver"])
    artefacts = {artefact.format: artefact for artefact in version.artefacts.all()}
    assert set(artefacts) == set(FORMATS)
    for artefact in artefacts.values():
        content = storing.read(artefact.path, artefact.sha256)
        assert hashlib.sha256(content).hexdigest() == artefact.sha256
        assert len(content) == artefact.size
    assert artefacts["json"].sha256 == version.digest
    assert storing.read(artefacts["pdf"].path, artefacts["pdf"].sha256).startswith(b"%PDF-")
    assert artefacts["pdf"].name.endswith("_1.0.pdf")


def test_the_issue_date_is_printed_on_the_cover_and_in_the_history(review, people):
    version = issue(review, date=DAY, by=people["approver"])
    text = version.artefacts.get(format="text")
    lines = storing.read(text.path, text.sha256).decode().splitlines()
    assert "2026年11月20日" in lines
    assert any(line.startswith("1.0\t2026/11/20") for line in lines)


def test_the_history_row_of_the_next_version_is_as_it_was_printed(review, people, paper):
    version = issue(review, date=DAY, by=people["approver"])
    row = paper.history_rows.get()
    assert (row.number, row.date, row.summary, row.note, row.author) == ("1.0", DAY, "1.0版の内容", "備考", "著者")
    paper.refresh_from_db()
    entry = compose(paper).printed.history.entries[0]
    frozen = version.frozen.printed.history.entries[0]
    assert (entry.number, entry.summary, entry.note, entry.author) == (
        frozen.number,
        frozen.summary,
        frozen.note,
        frozen.author,
    )


def test_the_next_draft_proposes_anew(review, people, paper):
    issue(review, date=DAY, by=people["approver"])
    paper.refresh_from_db()
    assert [
        paper.planned_number,
        paper.planned_date,
        paper.planned_summary,
        paper.planned_note,
        paper.planned_author,
    ] == [
        "",
        None,
        "",
        "",
        "",
    ]


def test_a_history_written_newest_first_stays_so():
    history = [{"number": "0.2", "summary": "二"}, {"number": "0.1", "summary": "一"}]
    paper = make_paper(prose("はじめに"), history=history, provider={"name": "株式会社例示"})
    admin = make_member(paper.service.provider, Role.ADMIN)
    version = make_version(paper, by=admin)
    assert [entry.number for entry in version.frozen.printed.history.entries] == ["1.0", "0.2", "0.1"]
    assert [row.number for row in paper.history_rows.all()] == ["1.0", "0.2", "0.1"]


def test_issuing_is_logged_with_what_was_issued(review, people):
    version = issue(review, date=DAY, by=people["approver"])
    entry = Entry.objects.of_actions("version.issued").get()
    assert entry.by_id == people["approver"].pk
    assert entry.data["digest"] == version.digest
    assert entry.data["files"]["pdf"] == version.artefacts.get(format="pdf").sha256


def test_the_approval_block_has_who_wrote_checked_and_approved(review, people):
    version = issue(review, date=DAY, approval_block=True, last_checked=True, by=people["approver"])
    today = f"{timezone.localdate():%Y/%m/%d}"
    boxes = [(box.label, box.name, box.date) for box in version.frozen_imprint.approvals]
    assert boxes == [("作成", "authorさん", today), ("確認", "reviewerさん", today), ("承認", "approverさん", today)]
    assert version.frozen_imprint.checked == timezone.localdate().isoformat()
    text = version.artefacts.get(format="text")
    printed = storing.read(text.path, text.sha256).decode()
    assert f"承認\tapproverさん\t{today}" in printed
    assert "最終確認日：" in printed


def test_the_approval_block_is_printed_only_when_asked_for(review, people):
    assert issue(review, date=DAY, by=people["approver"]).frozen_imprint.approvals == ()


def test_who_approved_alone_is_named_nowhere_as_having_checked(paper, people):
    review = make_approved(paper, by=people["admin"], approver=people["admin"])
    labels = [box.label for box in issuing.approvals_of(review)]
    assert labels == ["作成", "承認"]


def refuses(review, words: str, *, by, **options) -> None:
    with pytest.raises(CannotIssue, match=words):
        issue(review, date=options.pop("date", DAY), by=by, **options)


def test_without_an_approval_nothing_is_issued(paper, people):
    review = make_approved(paper, by=people["author"], approver=people["approver"])
    open_again = unapproved(review)
    refuses(open_again, "承認されていない", by=people["approver"])
    assert nothing_changed(open_again)


def unapproved(review) -> Review:
    """The same content, submitted again and decided by nobody."""
    review.closed_at, review.outcome = timezone.now(), Review.Outcome.RECALLED
    review.save(update_fields=["closed_at", "outcome"])
    review.pk, review.closed_at, review.outcome = None, None, ""
    review.save(force_insert=True)
    return review


def test_while_a_check_is_missing_nothing_is_issued(review, people):
    Seat.objects.create(review=review, capacity="check", user=people["admin"])
    refuses(review, "確認が済んでいない", by=people["approver"])
    assert nothing_changed(review)


def test_a_closed_review_is_not_issued(review, people):
    review.closed_at, review.outcome = timezone.now(), Review.Outcome.RETURNED
    review.save(update_fields=["closed_at", "outcome"])
    refuses(review, "終了しています", by=people["approver"])


def test_a_version_is_issued_once(review, people):
    issue(review, date=DAY, by=people["approver"])
    refuses(review, "すでに発行されています", by=people["approver"])


@pytest.mark.parametrize("role", ["viewer", "author", "reviewer"])
def test_only_approvers_and_admins_issue(review, people, role):
    refuses(review, "役割", by=people[role])
    assert nothing_changed(review)


def test_an_admin_of_another_provider_issues_nothing(review, stranger):
    refuses(review, "役割", by=stranger)


def test_a_changed_document_is_not_issued(review, people):
    with lifted(connection):
        Review.objects.filter(pk=review.pk).update(document=review.document.replace("本文です。", "本文でした。"))
    refuses(review, "壊れています", by=people["approver"])


def test_an_approval_of_another_digest_does_not_count(review, people):
    with lifted(connection):
        QuerySet(Decision).filter(review=review, capacity="approve").update(digest="0" * 64)
    refuses(review, "承認されていない", by=people["approver"])


def test_a_number_must_be_greater_than_every_issue(paper, people):
    make_version(paper, "1.10", by=people["admin"], date=DAY)
    paper.refresh_from_db()
    review = make_approved(paper, "1.9", by=people["admin"], approver=people["admin"])
    refuses(review, "1.10版より大きくありません", by=people["admin"])


def test_the_next_version_is_greater_as_numbers_are(paper, people):
    first = make_version(paper, "1.9", by=people["admin"], date=DAY)
    second = make_version(paper, "1.10", by=people["admin"], date=DAY)
    assert Version.objects.current(paper) == second
    assert [row.number for row in paper.history_rows.all()] == [first.number, second.number]
    assert [entry.date for entry in second.frozen.printed.history.entries] == ["2026/11/20", ""]


@pytest.mark.parametrize("day", [date(1989, 12, 31), timezone.localdate() + timedelta(days=400)])
def test_an_issue_date_far_away_is_refused(review, people, day):
    refuses(review, "発行日", by=people["approver"], date=day)


def test_an_issue_date_before_the_last_issue_is_refused(paper, people):
    make_version(paper, "1.0", by=people["admin"], date=DAY)
    paper.refresh_from_db()
    review = make_approved(paper, "1.1", by=people["admin"], approver=people["admin"])
    refuses(review, "1.0版の発行日", by=people["admin"], date=DAY - timedelta(days=1))


def test_characters_without_a_glyph_stop_the_issue_and_are_named():
    paper = make_paper(prose("はじめに", "😀です。"), provider={"name": "株式会社例示"})
    admin = make_member(paper.service.provider, Role.ADMIN)
    review = make_approved(paper, by=admin, approver=admin)
    refuses(review, "😀", by=admin)
    assert nothing_changed(review)


def test_names_in_the_approval_block_need_glyphs_too(paper, people):
    rare = make_member(paper.service.provider, Role.APPROVER, name="😀山")
    review = make_approved(paper, by=people["author"], approver=rare)
    refuses(review, "承認欄", by=rare, approval_block=True)
    assert nothing_changed(review)
    assert issue(review, date=DAY, by=rare)


def test_a_failing_renderer_changes_nothing_and_says_which(review, people, monkeypatch, caplog):
    def fails(*_args):
        raise RuntimeError("out of ink")

    monkeypatch.setattr(issuing, "render", fails)
    refuses(review, "PDFの作成に失敗しました", by=people["approver"])
    assert nothing_changed(review)
    assert "out of ink" in caplog.text


def test_a_full_disk_changes_nothing_and_says_so(review, people, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing.DatabaseStorage, "_save", full)
    refuses(review, "空き容量", by=people["approver"])
    assert nothing_changed(review)


def test_a_storage_that_gives_back_something_else_is_noticed(review, people, monkeypatch):
    save = storing.DatabaseStorage._save

    def garbled(self, name, content):
        return save(self, name, type(content)(content.read()[:-1] + b"?"))

    monkeypatch.setattr(storing.DatabaseStorage, "_save", garbled)
    refuses(review, "保存に失敗", by=people["approver"])
    assert nothing_changed(review)


def test_a_failure_while_sweeping_does_not_stop_the_issue(review, people, monkeypatch):
    monkeypatch.setattr(storing, "_names", lambda _storage: 1 / 0)
    assert issue(review, date=DAY, by=people["approver"])


def test_a_failed_attempt_leaves_files_that_are_swept_after_an_hour(review, people, monkeypatch):
    monkeypatch.setattr(issuing, "_add_history_row", lambda *_: (_ for _ in ()).throw(OSError(5, "I/O")))
    refuses(review, "失敗", by=people["approver"])
    assert StoredFile.objects.count() == len(FORMATS)
    assert storing.sweep() == 0
    assert storing.sweep(older_than=timedelta(0)) == len(FORMATS)


def test_files_that_a_version_names_are_never_swept(review, people):
    issue(review, date=DAY, by=people["approver"])
    assert storing.sweep(older_than=timedelta(days=-1)) == 0


def test_a_file_that_was_swept_between_storing_and_the_commit_is_written_again(review, people, monkeypatch):
    hold = storing.hold

    def swept_first(files):
        storing.sweep(older_than=timedelta(days=-1))
        hold(files)

    monkeypatch.setattr(storing, "hold", swept_first)
    version = issue(review, date=DAY, by=people["approver"])
    for artefact in version.artefacts.all():
        assert storing.read(artefact.path, artefact.sha256)


def test_the_date_of_a_withdrawn_issue_is_no_bound(paper, people):
    mistaken = make_version(paper, "1.0", by=people["admin"], date=timezone.localdate() + timedelta(days=300))
    withdraw(mistaken, reason="日付の誤り", by=people["admin"])
    assert make_version(paper, "1.1", by=people["admin"]).date == timezone.localdate()


def test_nothing_of_a_service_that_is_put_away_is_issued(review, people):
    archive_service(review.whitepaper.service, by=people["author"])
    with pytest.raises(CannotIssue, match="保管したサービス"):
        issue(review, date=DAY, by=people["approver"])
    assert nothing_changed(review)

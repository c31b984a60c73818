"""Issues what was approved, all of it or nothing: files first, rows last. Withdraws, and checks again once a year.

The slow part, making and writing the files, happens before the transaction and changes nothing that anybody sees. The
transaction guards everything again under the lock of the paper, and its commit is the moment of the issue.
"""

from __future__ import annotations

import errno
import hashlib
import logging
from collections.abc import Iterator
from datetime import date as Date  # noqa: N812 - ``date`` is what everybody calls the argument
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import membership_for
from accounts.models import User
from accounts.roles import may
from audit.log import log

from . import canonical, notifying, signing, storing
from .compose import is_newest_first
from .document import Approval, Document, Imprint
from .in_force import checked_on, highest_number, ordinal
from .locking import locked, why_out_of_use
from .models import (
    Artefact,
    Capacity,
    Decision,
    HistoryRow,
    Recheck,
    Review,
    Version,
    Whitepaper,
    Withdrawal,
)
from .rendering import FORMATS, render
from .rendering.glyphs import missing_glyphs
from .storing import CannotStore, Kept
from .subjects import of_paper
from .text import InvalidText, written

MAX_REASON = 1_000
_FURTHEST = timedelta(days=366)  # an issue date in the future
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

logger = logging.getLogger(__name__)


class CannotIssue(Exception):
    """Nothing was issued, withdrawn or checked again; the message is a sentence for people."""


# --- Issue ----------------------------------------------------------------------------------------------------------


def issue(review: Review, *, date: Date, approval_block: bool = False, last_checked: bool = False, by: User) -> Version:
    """Issues the content of an approved review as a version. ``approval_block`` prints 作成・確認・承認 on the cover,
    ``last_checked`` the day of the approval as 最終確認日.

    Raises CannotIssue, and then nothing has changed. Must not run inside a transaction.
    """
    review = _fresh(review.pk)
    _guard(review, date=date, by=by)
    imprint = imprint_of(review, date=date, approval_block=approval_block, last_checked=last_checked)
    _sweep()
    files = {name: _kept(_rendered(review.frozen, imprint, name), name) for name in FORMATS}
    try:
        version = _commit(review, imprint, files, date=date, by=by)
    except (CannotStore, DatabaseError, OSError) as error:
        raise _failed(error, _("版の記録")) from error
    return version


def imprint_of(review: Review, *, date: Date, approval_block: bool, last_checked: bool) -> Imprint:
    """What issuing would add to the approved content."""
    approval = _approval(review)
    return Imprint(
        date=date.isoformat(),
        approvals=tuple(approvals_of(review)) if approval_block else (),
        checked=timezone.localdate(approval.at).isoformat() if last_checked and approval else "",
    )


def approvals_of(review: Review) -> list[Approval]:
    """作成・確認・承認 with names and days, as they were recorded. Who approved their own content has checked nothing."""
    boxes = [_box(_("作成"), review.submitted_by_name, review.submitted_at)]
    decisions = sorted(review.decisions.all(), key=lambda decision: (decision.at, decision.pk))
    approved = [decision for decision in decisions if decision.verdict == Decision.Verdict.APPROVE]
    for capacity in (Capacity.CHECK, Capacity.APPROVE):
        boxes += [
            _box(str(capacity.label), decision.by_name, decision.at)
            for decision in approved
            if decision.capacity == capacity and not (capacity == Capacity.CHECK and decision.self_approved)
        ]
    return boxes


def why_not_issuable(review: Review) -> str:
    """A sentence when the review's content cannot be issued as it stands; "" when it can."""
    return next(_obstacles(review), "")


def _obstacles(review: Review) -> Iterator[str]:
    """One after the other: what follows may be asked only when nothing stood in the way before."""
    paper, number = review.whitepaper, {"number": review.number}
    if review.outcome == Review.Outcome.ISSUED:
        yield _("この版は、すでに発行されています。版の一覧を確かめてください。")
    if review.closed_at:
        yield _("このレビューは、差戻しか取下げによって終了しています。提出し直してください。")
    if paper.archived_at:
        yield _("保管したペーパーは発行できません。元に戻してから発行してください。")
    if why := why_out_of_use(paper):
        yield why
    if not _is_what_was_frozen(review):
        yield _("レビューに提出した内容が壊れています。システム管理者に知らせて、提出し直してください。")
    approval = _approval(review)
    if approval is None or approval.digest != review.digest:
        yield _("承認されていないため、発行できません。承認者の承認を待ってください。")
    if _unchecked(review):
        yield _("確認が済んでいないため、発行できません。確認の担当者全員の判定を待ってください。")
    if paper.planned_number != review.number:
        yield _("次の版数が、提出したときと変わっています。提出を取り下げて、提出し直してください。")
    if highest := highest_number(paper, above=ordinal(review.number)):
        sentence = _(
            "版数%(number)sは、%(highest)s版より大きくありません。取り下げて、大きい版数で提出し直してください。"
        )
        yield sentence % {**number, "highest": highest}


def _guard(review: Review, *, date: Date, by: User) -> None:
    _allowed(review.whitepaper, by, "issue")
    if sentence := why_not_issuable(review):
        raise CannotIssue(sentence)
    if date > timezone.localdate() + _FURTHEST or date.year < 1990:
        raise CannotIssue(_("発行日は、1年先までの日付にしてください。"))
    before = Version.objects.current(review.whitepaper)
    if before and date < before.date:
        raise CannotIssue(
            _("発行日は、%(number)s版の発行日（%(date)s）以後にしてください。")
            % {"number": before.number, "date": before.date.isoformat()}
        )


def _is_what_was_frozen(review: Review) -> bool:
    if hashlib.sha256(review.document.encode()).hexdigest() != review.digest:
        return False
    try:
        document = Document.from_json(review.document)
    except ValueError:
        return False
    return document.digest == review.digest and document.meta.number == review.number


def _approval(review: Review) -> Decision | None:
    return review.decisions.filter(capacity=Capacity.APPROVE, verdict=Decision.Verdict.APPROVE).first()


def _unchecked(review: Review) -> bool:
    """Whether a 確認 seat has not approved exactly this content."""
    approved = review.decisions.filter(verdict=Decision.Verdict.APPROVE, digest=review.digest)
    return review.seats.filter(capacity=Capacity.CHECK).exclude(pk__in=approved.values("seat")).exists()


def _box(label: str, name: str, at: datetime) -> Approval:
    return Approval(label, name, f"{timezone.localdate(at):%Y/%m/%d}")


def _sweep() -> None:
    """What an earlier attempt left behind. A failure here is none of the issue."""
    try:
        storing.sweep()
    except Exception:
        logger.exception("Sweeping the artefacts failed")


def _rendered(document: Document, imprint: Imprint, name: str) -> bytes:
    if name == "pdf" and (missing := missing_glyphs(document, imprint)):
        names = "、".join(f"「{m.character}」（U+{ord(m.character):04X}、{m.place}）" for m in missing[:10])
        raise CannotIssue(
            _(
                "印刷できない文字があるため、発行していません：%(names)s。文字を直して提出し直してください。承認欄の氏名のときは、承認欄を付けずに発行できます。"
            )
            % {"names": names}
        )
    try:
        content = render(document, imprint, name)
        return signing.sign(content) if name == "pdf" else content
    except signing.CannotSign as error:
        raise CannotIssue(_("発行していません。%(reason)s") % {"reason": error}) from error
    except Exception as error:
        raise _failed(error, _("%(format)sの作成") % {"format": name.upper()}) from error


def _kept(content: bytes, name: str) -> Kept:
    try:
        return storing.keep(content)
    except Exception as error:  # whatever a storage raises
        raise _failed(error, _("%(format)sの保存") % {"format": name.upper()}) from error


def _failed(error: BaseException, step: str) -> CannotIssue:
    """What the page says; the reason goes to the log."""
    logger.error("Issuing failed: %s", step, exc_info=error)
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        sentence = _(
            "%(step)sの途中で、保存先の空き容量がなくなりました。発行していません。システム管理者に空きを増やしてもらってから、もう一度発行してください。"
        )
    else:
        sentence = _(
            "%(step)sに失敗しました。発行していません。もう一度発行しても続くときは、システム管理者に知らせてください。"
        )
    return CannotIssue(sentence % {"step": step})


@transaction.atomic(durable=True)
def _commit(review: Review, imprint: Imprint, files: dict[str, Kept], *, date: Date, by: User) -> Version:
    """The moment of the issue: everything is guarded again under the locks, and either all rows are written or none."""
    storing.hold(files.values())
    paper = locked(review.whitepaper)
    review = _fresh(review.pk, lock=True)
    _guard(review, date=date, by=by)
    now = timezone.now()
    major, minor, patch = ordinal(review.number)
    version = Version.objects.create(
        whitepaper=paper, review=review, number=review.number, major=major, minor=minor, patch=patch,
        document=review.document, digest=review.digest,
        imprint=canonical.to_json(imprint), imprint_digest=imprint.digest,
        date=date, summary=paper.planned_summary, issued_by=by, issued_by_name=str(by)[:100], issued_at=now,
    )  # fmt: skip
    Artefact.objects.bulk_create(_artefact(version, review.frozen, name, file) for name, file in files.items())
    _add_history_row(paper, date)
    review.closed_at, review.outcome = now, Review.Outcome.ISSUED
    review.save(update_fields=["closed_at", "outcome"])
    _begin_anew(paper)
    notifying.tell_of_issue(version)
    _log("version.issued", paper, version, by, digest=review.digest, imprint=imprint.digest, date=date.isoformat(),
         files={name: file.sha256 for name, file in files.items()})  # fmt: skip
    return version


def _artefact(version: Version, document: Document, name: str, file: Kept) -> Artefact:
    form, cover = FORMATS[name], document.printed.cover
    return Artefact(
        version=version,
        format=name,
        media_type=form.media_type,
        name=f"{storing.file_name(cover.service, cover.title, version.number)}.{form.suffix}",
        sha256=file.sha256,
        size=file.size,
        path=file.path,
    )


def _add_history_row(paper: Whitepaper, date: Date) -> None:
    """This version's row of the revision history, where compose() has printed it; none when the author has written one."""
    rows = list(paper.history_rows.order_by("position"))
    if any(row.number == paper.planned_number for row in rows):
        return
    newest_first = is_newest_first(rows)
    position = 0 if newest_first else max((row.position for row in rows), default=-1) + 1
    if newest_first:
        for row in rows:
            row.position += 1
        HistoryRow.objects.bulk_update(rows, ["position"])
    HistoryRow.objects.create(
        whitepaper=paper,
        position=position,
        number=paper.planned_number,
        date=date,
        summary=paper.planned_summary,
        note=paper.planned_note,
        author=paper.planned_author,
    )


def _begin_anew(paper: Whitepaper) -> None:
    """The next draft proposes a number of its own."""
    fields = ["planned_number", "planned_date", "planned_summary", "planned_note", "planned_author"]
    paper.planned_number = paper.planned_summary = paper.planned_note = paper.planned_author = ""
    paper.planned_date = None
    paper.save(update_fields=fields)


# --- Withdraw and recheck --------------------------------------------------------------------------------------


@transaction.atomic
def withdraw(version: Version, *, reason: str, by: User) -> Withdrawal:
    """Takes the version out of force; the highest one below it that is not withdrawn is current again. CannotIssue."""
    paper = locked(version.whitepaper)
    _allowed(paper, by, "issue")
    reason = _text(reason, missing=_("廃止の理由を入力してください。"))
    if Withdrawal.objects.filter(version=version.pk).exists():
        raise CannotIssue(_("%(number)s版は、すでに廃止されています。") % {"number": version.number})
    row = Withdrawal.objects.create(version=version, reason=reason, by=by, by_name=str(by)[:100], at=timezone.now())
    _log("version.withdrawn", paper, version, by, reason=reason)
    return row


@transaction.atomic
def recheck(paper: Whitepaper, *, date: Date, note: str, by: User) -> Recheck:
    """Records that somebody has read the current version again on ``date`` and nothing has changed. CannotIssue."""
    paper = locked(paper)
    _allowed(paper, by, "submit")
    if why := why_out_of_use(paper):
        raise CannotIssue(why)
    version = Version.objects.current(paper)
    if version is None:
        raise CannotIssue(_("有効な版がないため、最終確認日を記録できません。"))
    last = checked_on(version)
    if not last <= date <= timezone.localdate():
        raise CannotIssue(
            _("確認日は、前回の発行日か確認日（%(last)s）から今日までの日付にしてください。")
            % {"last": last.isoformat()}
        )
    row = Recheck.objects.create(
        whitepaper=paper, version=version, date=date, note=_text(note),
        by=by, by_name=str(by)[:100], at=timezone.now(),
    )  # fmt: skip
    _log("version.rechecked", paper, version, by, date=date.isoformat())
    return row


# --- What they share ------------------------------------------------------------------------------------------------


def _fresh(review_id: int, *, lock: bool = False) -> Review:
    reviews = Review.objects.select_related("whitepaper__service__provider")
    if lock:
        reviews = reviews.select_for_update(of=("self",), no_key=True)
    return reviews.get(pk=review_id)


def _allowed(paper: Whitepaper, by: User, verb: str) -> None:
    membership = membership_for(by, paper.service.provider)
    if membership is None or not may(membership.role, verb):
        raise CannotIssue(_("この操作をする役割がありません。"))


def _text(text: str, *, missing: str = "") -> str:
    try:
        return written(text, most=MAX_REASON, missing=missing)
    except InvalidText as error:
        raise CannotIssue(str(error)) from error


def _log(action: str, paper: Whitepaper, row: Version, by: User, **data: object) -> None:
    subject = of_paper(paper, "version", row.pk)
    log(action, subject, by=by, provider=paper.service.provider, number=row.number, **data)

"""Accepts findings with a reason (例外承認), and takes that back. What the PDF would fail on is never accepted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.log import log

from .checks import Finding, check
from .compose import compose
from .locking import locked, why_locked
from .models import Waiver, Whitepaper
from .subjects import of_paper
from .text import InvalidText, written

MAX_REASON = 1_000
NEVER = ("glyphs.",)  # checks whose findings make rendering fail


class CannotWaive(Exception):
    """Nothing was changed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding and the waiver that accepts it."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings, those accepted set apart. ``idle`` are waivers of what is found no longer, or is said otherwise now."""

    left: list[Finding]
    accepted: list[Accepted]
    idle: list[Waiver]

    @property
    def blocking(self) -> list[Finding]:
        return [finding for finding in self.left if finding.blocks]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.left if not finding.blocks]


def may_be_waived(finding: Finding) -> bool:
    return not finding.id.startswith(NEVER)


def judge(paper: Whitepaper, findings: Iterable[Finding]) -> Judged:
    """Sets apart what was accepted. A waiver counts while the finding says the same sentence. One query."""
    waivers = {(row.check_id, row.anchor, row.subject): row for row in paper.waivers.all()}
    left: list[Finding] = []
    accepted: list[Accepted] = []
    for finding in findings:
        waiver = waivers.get(_key(finding))
        if waiver and waiver.sentence == finding.sentence and may_be_waived(finding):
            accepted.append(Accepted(finding, waiver))
        else:
            left.append(finding)
    used = {each.waiver.pk for each in accepted}
    return Judged(left, accepted, [row for row in waivers.values() if row.pk not in used])


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.id, finding.anchor, finding.subject[:200]


def find(paper: Whitepaper, check_id: str, anchor: str, subject: str) -> Finding | None:
    """The finding as the paper stands now, or None when there is none (any more)."""
    wanted = (check_id, anchor, subject[:200])
    return next((each for each in check(compose(paper)) if _key(each) == wanted), None)


@transaction.atomic
def waive(paper: Whitepaper, finding: Finding, *, reason: str, by: User) -> Waiver:
    """Accepts the finding; an earlier waiver of another sentence in its place is replaced.

    CannotWaive without a reason, when the paper is locked, the finding is gone or says something else now, or the PDF
    would fail on it.
    """
    paper = _locked(paper)
    reason = _cleaned(reason)
    now = find(paper, finding.id, finding.anchor, finding.subject)
    if now is None or now.sentence != finding.sentence:
        raise CannotWaive(_("この指摘は、もうありません。点検の画面で確かめてください。"))
    if not may_be_waived(now):
        raise CannotWaive(_("この指摘は例外として承認できません。このままではPDFを作成できないためです。"))
    check_id, anchor, subject = _key(now)
    values = {"sentence": now.sentence, "reason": reason, "by": by, "by_name": str(by)}
    paper.waivers.filter(check_id=check_id, anchor=anchor, subject=subject).delete()
    row = paper.waivers.create(check_id=check_id, anchor=anchor, subject=subject, **values)
    _log("finding.waived", paper, row, by)
    return row


@transaction.atomic
def withdraw_waiver(paper: Whitepaper, waiver_id: int, *, by: User) -> None:
    """The finding counts again. CannotWaive when the paper is locked or has no such waiver (any more)."""
    paper = _locked(paper)
    row = paper.waivers.filter(pk=waiver_id).first()
    if row is None:
        raise CannotWaive(_("この例外承認は、すでに取り消されています。"))
    paper.waivers.filter(pk=row.pk).delete()
    _log("finding.waiver_ended", paper, row, by)


def _locked(paper: Whitepaper) -> Whitepaper:
    paper = locked(paper)
    if sentence := why_locked(paper):
        raise CannotWaive(sentence)
    return paper


def _cleaned(reason: str) -> str:
    try:
        return written(reason, most=MAX_REASON, missing=_("理由を入力してください。"))
    except InvalidText as error:
        raise CannotWaive(str(error)) from error


def _log(action: str, paper: Whitepaper, row: Waiver, by: User) -> None:
    log(
        action,
        of_paper(paper),
        by=by,
        provider=paper.service.provider,
        finding=row.sentence,
        reason=row.reason,
        check=row.check_id,
        anchor=row.anchor,
        about=row.subject,
    )

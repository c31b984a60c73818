"""What the page of a submission proposes: the next number, the revision lines, who may be asked. Reads, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from accounts.access import holders
from accounts.models import Provider, User

from .checks import check
from .compose import compose
from .contributing import contributors, last_issued, may_self_approve
from .diff import Changes, compare
from .document import Document
from .in_force import ordinal
from .models import Capacity, Version, Whitepaper
from .revision_lines import draft_lines, propose_number
from .waiving import Judged, judge

FIRST_NUMBER = "1.0"


@dataclass(frozen=True, slots=True)
class Proposal:
    document: Document  # as it stands, without number and revision lines
    before: Version | None  # what it is compared with
    changes: Changes | None
    number: str
    lines: list[str]
    judged: Judged
    contributors: Mapping[int, list[str]]

    @property
    def digest(self) -> str:
        """Of what the submitter has before their eyes, whatever number and lines they give it."""
        return self.document.digest


def propose(paper: Whitepaper) -> Proposal:
    """From the paper as its rows stand now. The number of queries does not grow with what the paper holds."""
    composed = compose(paper)
    document, before = without_plan(composed), last_issued(paper)
    taken = highest_taken(paper)
    changes = compare(without_plan(before.frozen), document) if before else None
    if before and changes:
        lines, number = draft_lines(changes, before.frozen, document), propose_number(before.number, changes)
    else:
        lines, number = ([] if taken else draft_lines(None, None, document)), FIRST_NUMBER
    if taken and ordinal(number) <= taken:
        number = f"{taken[0]}.{taken[1] + 1}"
    return Proposal(
        document=document,
        before=before,
        changes=changes,
        number=number,
        lines=lines,
        judged=judge(paper, check(composed)),
        contributors=contributors(paper, composed),
    )


def without_plan(document: Document) -> Document:
    """The document without what a submission fixes: number and revision lines of the version that is to be."""
    printed = document.printed
    entries = tuple(entry for entry in printed.history.entries if not entry.this_version)
    return replace(
        document,
        printed=replace(
            printed, cover=replace(printed.cover, version=""), history=replace(printed.history, entries=entries)
        ),
        meta=replace(document.meta, number=""),
    )


# --- Numbers ------------------------------------------------------------------------------------------------------


def highest_taken(paper: Whitepaper) -> tuple[int, int, int] | None:
    """The highest number that was ever issued: here, before Hakusho, or as the revision history says. Three queries."""
    numbers: list[tuple[int, int, int]] = []
    for rows in (paper.versions, paper.earlier_issues):
        numbers += rows.order_by().values_list("major", "minor", "patch")
    for number in paper.history_rows.order_by().values_list("number", flat=True):
        try:
            numbers.append(ordinal(number))
        except ValueError:  # what an imported history calls its issues may be no number
            continue
    return max(numbers, default=None)


# --- People -------------------------------------------------------------------------------------------------------

VERBS = {Capacity.CHECK.value: "check", Capacity.APPROVE.value: "approve"}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may be asked as what, by id, and why some of them may not decide on this content."""

    people: Mapping[str, Mapping[int, User]]  # by capacity
    barred: Mapping[int, list[str]]  # id → what they changed
    self_approver: int | None = None  # who may approve although they wrote it


def candidates(provider: Provider, contributed: Mapping[int, list[str]]) -> Candidates:
    """The members whose role lets them decide. Three queries at most."""
    people = {capacity: {user.pk: user for user in holders(provider, verb)} for capacity, verb in VERBS.items()}
    barred = {pk: list(reasons) for pk, reasons in contributed.items()}
    alone = next(iter(people[Capacity.APPROVE]), None)
    return Candidates(people, barred, alone if alone in barred and may_self_approve(provider) else None)

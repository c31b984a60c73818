"""Who writes which section until when, and how far it is: for one section or for many at once."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import hold_members, holders
from accounts.models import Provider, User
from audit.log import log

from .editing import content_of
from .models import Section, Whitepaper
from .outlining import CannotOutline, Tree, write
from .subjects import of_paper


class CannotAssign(Exception):
    """Nothing was changed; the message is a sentence for people."""


class _Keep:
    """It stays as it is."""


KEEP: Final = _Keep()


@dataclass(frozen=True, slots=True)
class Assignment:
    """What becomes of the sections; what is KEEP stays. None takes the assignee or the date away."""

    assignee: User | _Keep | None = KEEP
    due: datetime.date | _Keep | None = KEEP
    progress: str | _Keep = KEEP
    confirmed: bool = False  # somebody has read what was copied here


@transaction.atomic
def assign(
    paper: Whitepaper,
    sections: Collection[int],
    assignment: Assignment,
    *,
    by: User,
    chapters: Collection[int] = (),
) -> int:
    """Does it to ``sections`` and to what there is to write in ``chapters``; how many sections it was done to.

    A change of progress is in the history of its section. CannotAssign when a section is of another paper, or the
    assignee may not write here; then nothing was changed.
    """
    try:
        tree = Tree.locked(paper, even_in_review=True)
        chosen = {tree.row(pk).pk: tree.row(pk) for pk in sections}
        for chapter in chapters:
            chosen |= {row.pk: row for row in tree.branch(chapter) if assignment.confirmed or _has_work(tree, row)}
    except CannotOutline as error:
        raise CannotAssign(str(error)) from error
    if not chosen:
        raise CannotAssign(_("節を選んでください。"))
    if isinstance(assignment.progress, str) and assignment.progress not in Section.Progress.values:
        raise CannotAssign(_("進み具合を選び直してください。"))
    tree.hold(chosen.values())
    if isinstance(assignment.assignee, User):
        _guard_assignee(tree.paper.service.provider, assignment.assignee)
    for row in chosen.values():
        _change(row, assignment, by)
    log(
        "paper.assigned",
        of_paper(tree.paper),
        by=by,
        provider=tree.paper.service.provider_id,
        count=len(chosen),
        sections=sorted(chosen),
        **_told(assignment),
    )
    return len(chosen)


def _guard_assignee(provider: Provider, someone: User) -> None:
    hold_members(provider, [someone.pk])
    if not holders(provider, "write").filter(pk=someone.pk).exists():
        raise CannotAssign(_("この人は、このペーパーの担当者にできません。"))


def _told(assignment: Assignment) -> dict[str, str | bool | None]:
    """What was asked for, as the entry keeps it."""
    asked = {"assignee": assignment.assignee, "due": assignment.due, "progress": assignment.progress}
    told: dict[str, str | bool | None] = {
        name: None if value is None else str(value) for name, value in asked.items() if value is not KEEP
    }
    return told | ({"confirmed": True} if assignment.confirmed else {})


def _has_work(tree: Tree, row: Section) -> bool:
    """Whether there is something to write: not in a bare heading above others."""
    return bool(row.body.strip()) or row.kind == Section.Kind.CONTROL or not tree.below(row.pk)


def _change(row: Section, assignment: Assignment, by: User) -> None:
    if not isinstance(assignment.assignee, _Keep):
        row.assignee = assignment.assignee
    if not isinstance(assignment.due, _Keep):
        row.due = assignment.due
    if assignment.confirmed:
        row.needs_confirmation = False
    row.save(update_fields=["assignee", "due", "needs_confirmation"])
    if isinstance(assignment.progress, str) and assignment.progress != row.progress:
        write(row, replace(content_of(row), progress=assignment.progress), by=by)

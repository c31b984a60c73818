"""Comments on a paper, a section or a sentence: threads of one level, resolved and reopened. They stand beside the
draft until somebody resolves them, whatever became of the review in which they were written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.log import log

from . import notifying
from .locking import locked
from .models import Comment, Review, Section, Whitepaper
from .subjects import heading, of_paper
from .text import InvalidText, written

MAX_BODY = 5_000
MAX_QUOTE = 1_000


class CannotComment(Exception):
    """Nothing was written; the message is a sentence for people."""


@dataclass(slots=True)
class Thread:
    """A comment with its answers."""

    comment: Comment
    answers: list[Comment] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.comment.resolved_at is None


def threads(comments: QuerySet[Comment]) -> list[Thread]:
    """The comments with their answers, oldest first. One query for both kinds."""
    found: dict[int, Thread] = {}
    for row in comments.select_related("review", "section", "resolved_by").defer("review__document").order_by("pk"):
        if row.parent_id is None:
            found[row.pk] = Thread(row)
        elif row.parent_id in found:
            found[row.parent_id].answers.append(row)
    return list(found.values())


def still_open(found: Iterable[Thread]) -> list[Thread]:
    return [thread for thread in found if thread.is_open]


@dataclass(frozen=True, slots=True)
class About:
    """What a comment is on. ``anchor`` "" is the paper as a whole."""

    anchor: str = ""
    quote: str = ""
    review: Review | None = None


@transaction.atomic
def add(paper: Whitepaper, body: str, *, about: About, by: User) -> Comment:
    """A new thread. CannotComment when the text cannot be kept, or the section is not in the paper (or its review)."""
    paper = _locked(paper)
    review = about.review
    if review is not None and review.whitepaper_id != paper.pk:
        raise CannotComment(_("このレビューは、このペーパーのものではありません。"))
    section = _section(paper, about.anchor)
    called = _heading(section, review, about.anchor)
    row = Comment.objects.create(
        whitepaper=paper,
        review=review,
        section=section,
        anchor=about.anchor,
        heading=called[:400],
        quote=_cleaned(about.quote, MAX_QUOTE, required=False),
        body=_cleaned(body, MAX_BODY),
        by=by,
        by_name=str(by),
    )
    notifying.tell_of_comment(row)
    _log("comment.added", row, by)
    return row


@transaction.atomic
def answer(comment: Comment, body: str, *, by: User) -> Comment:
    """An answer below the comment that began the thread. CannotComment in a thread that is resolved."""
    row = _begun(comment)
    if row.resolved_at is not None:
        raise CannotComment(_("解決済みのコメントです。返信するには、未解決に戻してください。"))
    made = Comment.objects.create(
        whitepaper=row.whitepaper,
        review=row.review,
        section=row.section,
        anchor=row.anchor,
        heading=row.heading,
        parent=row,
        body=_cleaned(body, MAX_BODY),
        by=by,
        by_name=str(by),
    )
    notifying.tell_of_comment(made)
    _log("comment.added", made, by)
    return made


@transaction.atomic
def resolve(comment: Comment, *, by: User) -> Comment:
    """Closes the thread. CannotComment when it is closed already."""
    row = _begun(comment)
    if row.resolved_at is not None:
        raise CannotComment(_("このコメントは、すでに解決済みです。"))
    row.resolved_at, row.resolved_by = timezone.now(), by
    row.save(update_fields=["resolved_at", "resolved_by"])
    _log("comment.resolved", row, by)
    return row


@transaction.atomic
def reopen(comment: Comment, *, by: User) -> Comment:
    """Opens the thread again. CannotComment when it is open."""
    row = _begun(comment)
    if row.resolved_at is None:
        raise CannotComment(_("このコメントは解決済みではありません。"))
    row.resolved_at, row.resolved_by = None, None
    row.save(update_fields=["resolved_at", "resolved_by"])
    _log("comment.reopened", row, by)
    return row


def _locked(paper: Whitepaper) -> Whitepaper:
    paper = locked(paper)
    if paper.archived_at:
        raise CannotComment(_("保管したペーパーにはコメントできません。"))
    return paper


def _begun(comment: Comment) -> Comment:
    """The comment that began the thread, its paper locked."""
    paper = _locked(comment.whitepaper)
    row = paper.comments.select_related("review", "section").filter(pk=comment.parent_id or comment.pk).first()
    if row is None:
        raise CannotComment(_("このコメントは、もうありません。"))
    row.whitepaper = paper
    return row


def _section(paper: Whitepaper, anchor: str) -> Section | None:
    number = anchor.removeprefix("s")
    return (
        paper.sections.filter(pk=int(number)).order_by("pk").first()
        if number.isdecimal() and len(number) < 19
        else None
    )


def _heading(section: Section | None, review: Review | None, anchor: str) -> str:
    """What the section is called where the comment was written. CannotComment when it is not there."""
    if not anchor:
        return ""
    if review is not None:
        found = next((each.heading for each in review.frozen.walk() if each.anchor == anchor), None)
    else:
        found = heading(section) if section else None
    if found is None:
        raise CannotComment(_("コメントする節を選び直してください。"))
    return found


def _cleaned(text: str, limit: int, *, required: bool = True) -> str:
    try:
        return written(text, most=limit, missing=_("コメントを入力してください。") if required else "")
    except InvalidText as error:
        raise CannotComment(str(error)) from error


def _log(action: str, row: Comment, by: User) -> None:
    paper = row.whitepaper
    log(
        action,
        of_paper(paper),
        by=by,
        provider=paper.service.provider,
        comment=row.pk,
        section=row.section_id,
        heading=row.heading,
    )

"""Removing a member: what they were to write passes to somebody else first. Names in the audit entries stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.access import holders
from accounts.changing_members import remove
from accounts.models import Membership, Provider, User
from audit.log import Subject, log

from .models import Seat, Section, Whitepaper


class CannotLeave(Exception):
    """Nothing was changed; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Held:
    """The open work of a member."""

    papers: Sequence[Whitepaper]  # with ``held``: how many sections of it they are to write
    seats: Sequence[Seat]  # in open reviews, not decided, theirs or as a deputy

    @property
    def sections(self) -> int:
        return sum(paper.held for paper in self.papers)  # type: ignore[attr-defined]


def held_by(provider: Provider, user: User) -> Held:
    """What ``user`` has still to do for ``provider``. Two queries."""
    papers = Whitepaper.objects.filter(service__provider=provider).order_by("title", "pk")
    held = papers.annotate(held=Count("sections", filter=Q(sections__assignee=user))).filter(held__gt=0)
    return Held(list(held), list(_seats(provider, user)))


def _seats(provider: Provider, user: User) -> Sequence[Seat]:
    seats = Seat.objects.filter(
        Q(user=user) | Q(deputy=user),
        review__whitepaper__service__provider=provider,
        review__closed_at=None,
        decision=None,
    )
    return list(seats.select_related("review__whitepaper").order_by("review__whitepaper__title", "pk"))


@transaction.atomic
def leave(membership: Membership, *, to: User | None, by: User) -> int:
    """Ends the membership; the sections that the person was to write pass to ``to`` (None: to nobody). How many.

    CannotLeave while they sit in an open review, which somebody else must take first, and when ``to`` may not write here;
    CannotChangeMember as ``changing_members.remove``.
    """
    provider, user = membership.provider, membership.user
    # The sections before the provider, whose lock ``remove`` takes, as everywhere.
    mine = Section.objects.filter(whitepaper__service__provider=provider.pk, assignee=user)
    held = list(mine.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    Section.objects.filter(pk__in=held).update(assignee=to)
    remove(membership, by=by)
    # Whoever was about to give this person something to do has done so by now, or finds them gone (``hold_members``).
    if to is not None and (to == user or not holders(provider, "write").filter(pk=to.pk).exists()):
        raise CannotLeave(_("引き継ぐ人を選び直してください。"))
    if mine.exists():
        raise CannotLeave(_("担当する節が、いま増えました。もう一度、外してください。"))
    if seats := _seats(provider, user):
        papers = "".join(f"「{seat.review.whitepaper.title}」" for seat in seats)
        raise CannotLeave(
            _("%(name)sさんは%(papers)sのレビューの担当です。先に、レビューの画面で担当を替えてください。")
            % {"name": user, "papers": papers}
        )
    if held:
        subject, name = Subject("member", user.pk, str(user)), str(to) if to else _("担当者なし")
        log("member.handed_over", subject, by=by, provider=provider, sections=len(held), to=name, section_ids=held)
    return len(held)

"""Tells people that something happened to a paper or that it is their turn (お知らせ).

A verb writes notices in its own transaction. After the commit each person gets a mail at once, unless they chose one
digest a day; what could not be sent waits for ``reminding.py``, which runs daily. The person who acted is never told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

from .life import waiting_seats
from .models import Capacity, Comment, Decision, Notice, Review, Seat, Version, Whitepaper

MAX_TEXT = 500

logger = logging.getLogger(__name__)


class Kind(TextChoices):
    """What a notice is about; the label is the subject of its mail."""

    TURN = "turn", gettext_lazy("判定の依頼")
    COMMENTED = "commented", gettext_lazy("コメント")
    RETURNED = "returned", gettext_lazy("差戻し")
    RECALLED = "recalled", gettext_lazy("取下げ")
    APPROVED = "approved", gettext_lazy("承認")
    ISSUED = "issued", gettext_lazy("発行")
    DUE = "due", gettext_lazy("期限のお知らせ")
    OVERDUE = "overdue", gettext_lazy("期限超過のお知らせ")
    RECHECK = "recheck", gettext_lazy("年次確認のお知らせ")


# --- What happened --------------------------------------------------------------------------------------------------


def ask_for_decisions(review: Review, *, by: User | None) -> None:
    """Tells those whose turn it is: every 確認 that has not decided, or the approver once all of them have approved.
    Only those who have not been asked in this round yet, or for something else."""
    path = review_path(review)
    asked = set(Notice.objects.filter(kind=Kind.TURN, path=path).values_list("user", "text"))
    for seat in waiting_seats(review):
        text = turn_text(seat, review)[:MAX_TEXT]
        people = [person for person in (seat.user, seat.deputy) if person and (person.pk, text) not in asked]
        tell(Kind.TURN, review.whitepaper, people, text, path, by=by)


def tell_of_decision(decision: Decision) -> None:
    """Tells the submitter that the paper was returned or approved, and whoever decides next that it is their turn."""
    review = decision.review
    words = {"by": decision.by_name, "paper": name_of(review.whitepaper, review.number)}
    if decision.verdict == Decision.Verdict.RETURN:
        text = _("%(by)sさんが「%(paper)s」を差し戻しました。コメントを確かめて、修正してください。") % words
        return tell(Kind.RETURNED, review.whitepaper, [review.submitted_by], text, review_path(review), by=decision.by)
    if decision.capacity == Capacity.APPROVE:
        text = _("%(by)sさんが「%(paper)s」を承認しました。発行できます。") % words
        people = [review.submitted_by, decision.seat.user]
        return tell(Kind.APPROVED, review.whitepaper, people, text, review_path(review), by=decision.by)
    return ask_for_decisions(review, by=decision.by)


def tell_of_recall(review: Review, *, by: User) -> None:
    """Tells those who were asked that there is nothing left to decide."""
    text = _("%(by)sさんが「%(paper)s」の提出を取り下げました。判定は不要になりました。") % {
        "by": by.name,
        "paper": name_of(review.whitepaper, review.number),
    }
    asked = User.objects.filter(pk__in=Notice.objects.filter(kind=Kind.TURN, path=review_path(review)).values("user"))
    tell(Kind.RECALLED, review.whitepaper, asked, text, review_path(review), by=by)


def tell_of_comment(comment: Comment) -> None:
    """Tells the submitter of the review, the section's assignee, and everybody who spoke in the thread."""
    people = [comment.review.submitted_by] if comment.review else []
    if comment.section and comment.section.assignee:
        people.append(comment.section.assignee)
    if comment.parent:
        people += [comment.parent.by, *(answer.by for answer in comment.parent.answers.select_related("by"))]
    text = _("%(by)sさんが「%(paper)s」の「%(place)s」にコメントしました。") % {
        "by": comment.by_name,
        "paper": name_of(comment.whitepaper),
        "place": comment.heading or _("全体"),
    }
    if comment.review:
        path = review_path(comment.review)
    elif comment.section:
        path = reverse("whitepapers:section", args=[comment.whitepaper_id, comment.section_id])
    else:
        path = reverse("whitepapers:outline", args=[comment.whitepaper_id])
    tell(Kind.COMMENTED, comment.whitepaper, people, text, path, by=comment.by)


def tell_of_issue(version: Version) -> None:
    """Tells everybody who took part in the round that the paper is issued."""
    review = version.review
    seats = review.seats.select_related("user", "deputy")
    people = [review.submitted_by, *(person for seat in seats for person in (seat.user, seat.deputy) if person)]
    text = _("「%(paper)s」を発行しました。") % {"paper": name_of(version.whitepaper, version.number)}
    path = reverse("whitepapers:version", args=[version.whitepaper_id, version.number])
    tell(Kind.ISSUED, version.whitepaper, people, text, path, by=version.issued_by)


# --- Words ----------------------------------------------------------------------------------------------------------


def name_of(paper: Whitepaper, number: str = "") -> str:
    """「しおかぜストレージ セキュリティホワイトペーパー 1.0」"""
    return " ".join(filter(None, [paper.service.name, paper.title, number]))


def review_path(review: Review) -> str:
    return reverse("whitepapers:review", args=[review.whitepaper_id, review.pk])


def turn_text(seat: Seat, review: Review) -> str:
    words = {"paper": name_of(review.whitepaper, review.number), "capacity": seat.get_capacity_display()}
    if seat.due is None:
        return _("「%(paper)s」の%(capacity)sをお願いします。") % words
    due = date_format(seat.due, "Y-m-d")
    return _("「%(paper)s」の%(capacity)sをお願いします。期限は%(due)sです。") % {**words, "due": due}


# --- Telling --------------------------------------------------------------------------------------------------------


def tell(  # noqa: PLR0913 - what, about what, to whom, in which words, where to act
    kind: Kind, paper: Whitepaper, people: Iterable[User], text: str, path: str, *, by: User | None = None
) -> None:
    """Writes a notice for each of the people who still belongs to the paper's provider, but not for ``by``; mails go out
    after the commit."""
    provider = paper.service.provider
    wanted = {person.pk for person in people} - ({by.pk} if by else set())
    members = User.objects.filter(pk__in=wanted, is_active=True, memberships__provider=provider).order_by("pk")
    notices = [
        Notice.objects.create(
            user=person, provider=provider, whitepaper=paper, kind=kind, text=text[:MAX_TEXT], path=path
        )
        for person in members
    ]
    at_once = [notice for notice in notices if not notice.user.mail_digest]
    if at_once:
        transaction.on_commit(lambda: _mail(at_once), robust=True)  # what was done stays done


def _mail(notices: Iterable[Notice]) -> None:
    """Mails each notice to its person by itself. Those that cannot be sent wait for the next daily run; nobody's work fails
    for a mail."""
    for notice in notices:
        send(notice.user, [notice], str(Kind(notice.kind).label))


def send(user: User, notices: list[Notice], subject: str) -> bool:
    """Mails the notices to their person as one; whether it could be sent."""
    context = {"user": user, "notices": notices, "site": settings.SITE_URL, "has_digest": user.mail_digest}
    text = render_to_string("mail/notices.txt", context)
    try:
        send_mail(" ".join(f"[白書] {subject}".split()), text, settings.DEFAULT_FROM_EMAIL, [user.email])
    except (OSError, SMTPException):
        logger.exception("Notices to user %s could not be mailed.", user.pk)
        return False
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=timezone.now())
    return True

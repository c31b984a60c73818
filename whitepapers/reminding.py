"""Runs once a day: reminds of what is due, and mails digests and what could not be mailed before.

Running it twice on a day tells nobody anything twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import holders
from accounts.models import User

from .life import waiting_seats
from .models import Notice, Review, Section, Whitepaper
from .notifying import Kind, name_of, review_path, send, tell
from .progress import due_for_recheck

AGAIN_AFTER = timedelta(days=7)  # somebody who is late is told once a week


def remind(today: date | None = None) -> None:
    """Writes the notices of what is due tomorrow, overdue, or not checked for a year; their mails follow."""
    today = today or timezone.localdate()
    _remind_of_reviews(today)
    _remind_of_sections(today)
    _remind_of_rechecks(today)


def mail_waiting() -> int:
    """Mails every notice that no mail has told of yet, one mail a person; how many people. Who has left the provider since
    hears nothing of it any more."""
    waiting: dict[User, list[Notice]] = defaultdict(list)
    unsent = Notice.objects.filter(mailed_at=None, user__is_active=True, user__memberships__provider=F("provider"))
    for notice in unsent.select_related("user"):
        waiting[notice.user].append(notice)
    subject = _("お知らせ（%(n)s件）")
    return sum(send(user, notices, subject % {"n": len(notices)}) for user, notices in waiting.items())


def _remind_of_reviews(today: date) -> None:
    reviews = Review.objects.open().defer("document").select_related("whitepaper__service__provider")
    for review in reviews:
        for seat in waiting_seats(review):
            people = [person for person in (seat.user, seat.deputy) if person]
            if kind := _kind(seat.due, today):
                what = _("「%(paper)s」の%(capacity)s") % {
                    "paper": name_of(review.whitepaper, review.number),
                    "capacity": seat.get_capacity_display(),
                }
                _remind(kind, review.whitepaper, people, _sentence(kind, what, seat.due), review_path(review))


def _remind_of_sections(today: date) -> None:
    late: dict[tuple[int, int, Kind], list[Section]] = defaultdict(list)
    for section in _unfinished_sections(today):
        if kind := _kind(section.due, today):
            late[section.whitepaper_id, section.assignee_id or 0, kind].append(section)
    for (_paper, _person, kind), sections in late.items():
        first = min(sections, key=lambda section: section.due or today)
        paper, person = first.whitepaper, first.assignee
        if person is None:
            continue
        what = _("「%(paper)s」の担当（%(n)s節）") % {"paper": name_of(paper), "n": len(sections)}
        path = reverse("whitepapers:outline", args=[paper.pk])
        _remind(kind, paper, [person], _sentence(kind, what, first.due), path)


def _unfinished_sections(today: date) -> QuerySet[Section]:
    papers = {"whitepaper__archived_at": None, "whitepaper__service__archived_at": None}
    unfinished = Section.objects.filter(included=True, assignee__isnull=False, due__lte=today + timedelta(days=1))
    rows = unfinished.filter(**papers).exclude(progress=Section.Progress.DONE)
    return rows.select_related("whitepaper__service__provider", "assignee").defer("body", "internal_note")


def _remind_of_rechecks(today: date) -> None:
    for version, last in due_for_recheck(today):
        paper = version.whitepaper
        text = _("「%(paper)s」は、%(date)sから1年以上確認していません。内容に変わりがないか確かめてください。") % {
            "paper": name_of(paper, version.number),
            "date": date_format(last, "Y-m-d"),
        }
        path = reverse("whitepapers:version", args=[paper.pk, version.number])
        people = {version.review.submitted_by, *holders(paper.service.provider, "manage_people")}
        _remind(Kind.RECHECK, paper, people, text, path, again=timedelta(days=28))


def _kind(due: date | None, today: date) -> Kind | None:
    if due is None or due > today + timedelta(days=1):
        return None
    return Kind.OVERDUE if due < today else Kind.DUE


def _sentence(kind: Kind, what: str, due: date | None) -> str:
    words = {"what": what, "due": date_format(due, "Y-m-d") if due else ""}
    if kind is Kind.OVERDUE:
        return _("%(what)sの期限（%(due)s）を過ぎています。") % words
    return _("%(what)sの期限は%(due)sです。") % words


def _remind(  # noqa: PLR0913 - as notifying.tell
    kind: Kind, paper: Whitepaper, people: Iterable[User], text: str, path: str, *, again: timedelta = AGAIN_AFTER
) -> None:
    since = timezone.now() - again
    told = Notice.objects.filter(kind=kind, path=path, whitepaper=paper, created_at__gt=since)
    already = set(told.values_list("user", flat=True))
    tell(kind, paper, [person for person in people if person.pk not in already], text, path)

"""How far papers and facts have come: what the lists show beside a name. Reads rows, writes none."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import Provider, User

from .models import Fact, Section, Service, Whitepaper
from .models.services import ServiceQuerySet

CONFIRMED_FOR = timedelta(days=365)  # after that, somebody should look again


def services_with_papers(provider: Provider) -> ServiceQuerySet:
    """The provider's services, archived ones too, each with ``papers``: a list of Whitepaper, with progress.
    Two queries."""
    papers = Whitepaper.objects.of(provider).with_progress()
    return Service.objects.filter(provider=provider).prefetch_related(
        Prefetch("whitepapers", queryset=papers, to_attr="papers")
    )


def stale_before() -> datetime:
    """Facts confirmed before this moment, or never, should be looked at again."""
    return timezone.now() - CONFIRMED_FOR


def is_stale(fact: Fact) -> bool:
    return fact.confirmed_at is None or fact.confirmed_at < stale_before()


def stale_facts(provider: Provider) -> dict[int | None, int]:
    """How many facts nobody has confirmed for a year, by the id of their service; None is the provider's own."""
    stale = Fact.objects.filter(Q(confirmed_at=None) | Q(confirmed_at__lt=stale_before()), provider=provider)
    return dict(stale.order_by().values_list("service").annotate(Count("pk")))


def archived_papers(provider: Provider) -> QuerySet[Whitepaper]:
    """The papers that are put away, those of archived services too, the last one first."""
    papers = Whitepaper.objects.filter(service__provider=provider, archived_at__isnull=False)
    return papers.select_related("service", "edition").order_by("-archived_at", "pk")


def sections_of(user: User, provider: Provider) -> QuerySet[Section]:
    """The sections ``user`` still has to write: what is overdue first, then by due date, then those without one."""
    mine = Section.objects.filter(
        assignee=user,
        included=True,
        whitepaper__archived_at=None,
        whitepaper__service__provider=provider,
        whitepaper__service__archived_at=None,
    ).exclude(progress=Section.Progress.DONE)
    rows = mine.select_related("whitepaper__service").prefetch_related("section_controls__control")
    in_order = rows.order_by(F("due").asc(nulls_last=True), "whitepaper__service__name", "whitepaper", "position", "pk")
    return in_order.defer("body", "internal_note", "stances", "answered_points")

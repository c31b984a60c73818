"""How far papers and facts have come: what the lists show beside a name. Reads rows, writes none."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from accounts.models import Provider

from .models import Fact, Service, Whitepaper
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

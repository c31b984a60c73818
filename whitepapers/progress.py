"""How far papers and facts have come: what the lists show beside a name. Reads rows, writes none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import Provider, User

from .in_force import a_year_after
from .life import approved_among, waiting_seats
from .models import Fact, Review, Seat, Section, Service, Version, Whitepaper
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


# --- Reviews --------------------------------------------------------------------------------------------------------


def seats_waiting_for(user: User, provider: Provider) -> list[Seat]:
    """Where ``user``, or the person they are deputy of, is asked to decide now; the first due date first."""
    reviews = _open_reviews(provider).filter(Q(seats__user=user) | Q(seats__deputy=user)).distinct()
    mine = [
        seat
        for review in reviews
        for seat in waiting_seats(review, review.seats.all())
        if user in (seat.user, seat.deputy)
    ]
    return sorted(mine, key=lambda seat: (seat.due or date.max, seat.pk))


def ready_to_issue(provider: Provider) -> list[Review]:
    """The reviews whose content is approved and waits to be issued."""
    reviews = list(_open_reviews(provider))
    approved = approved_among(reviews)
    return [review for review in reviews if review.pk in approved]


def returned_to(user: User, provider: Provider) -> QuerySet[Review]:
    """The reviews that ``user`` submitted and that came back, while nobody has submitted the paper again."""
    newer = Review.objects.filter(whitepaper=OuterRef("whitepaper"), pk__gt=OuterRef("pk"))
    returned = Review.objects.filter(submitted_by=user, outcome=Review.Outcome.RETURNED, **_in_use(provider))
    return returned.filter(~Exists(newer)).defer("document").select_related("whitepaper__service").order_by("-pk")


def due_for_recheck(today: date, provider: Provider | None = None) -> list[tuple[Version, date]]:
    """The current versions that nobody has checked for a year, with the day of the last check or of their issue; of all
    providers unless one is named."""
    papers = Version.objects.filter(**_in_use(provider)).not_withdrawn().in_order()
    rows = papers.select_related("whitepaper__service__provider", "review__submitted_by").defer("review__document")
    current: dict[int, Version] = {}
    for version in rows.annotate(checked=Max("rechecks__date")):
        current.setdefault(version.whitepaper_id, version)
    last = [(version, max(filter(None, (version.date, vars(version)["checked"])))) for version in current.values()]
    due = [(version, day) for version, day in last if a_year_after(day) <= today]
    return sorted(due, key=lambda each: (each[1], each[0].pk))


def _open_reviews(provider: Provider) -> QuerySet[Review]:
    reviews = Review.objects.open().filter(**_in_use(provider)).defer("document")
    seats = Seat.objects.select_related("user", "deputy", "decision", "review__whitepaper__service").defer(
        "review__document"
    )
    return reviews.select_related("whitepaper__service").prefetch_related(Prefetch("seats", seats)).order_by("pk")


def _in_use(provider: Provider | None) -> dict[str, object]:
    whose = {"whitepaper__service__provider": provider} if provider else {}
    return {"whitepaper__archived_at": None, "whitepaper__service__archived_at": None, **whose}

"""The first page: the services of the current provider with their papers, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.context import Standing
from accounts.models import Provider, User
from accounts.roles import may

from .. import progress
from ..confirmations import unconfirmed_counts
from ..life import with_lives
from ..models import Section
from .services import rights

MAX_SERVICES = 20
MAX_STEPS = 6
MAX_SECTIONS = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    membership = Standing(request).current
    if membership is None:
        return render(request, "whitepapers/home.html", {"provider": None})
    provider = membership.provider
    services: list[Any] = list(progress.services_with_papers(provider).active())
    with_lives(paper for service in services[:MAX_SERVICES] for paper in service.papers)
    stale = progress.stale_facts(provider)
    unconfirmed = unconfirmed_counts(provider)
    mine = progress.sections_of(user_of(request), provider)
    shows_all = "mine" in request.GET
    context = {
        "provider": provider,
        "mine": [_mine(section) for section in (mine if shows_all else mine[:MAX_SECTIONS])],
        "all_mine": mine.count(),
        "services": services[:MAX_SERVICES],
        "all_services": len(services),
        "without_paper": _few([service for service in services if not service.papers]),
        "unfinished": _unfinished(services),
        "stale": _few([(service, stale[service.pk]) for service in services if service.pk in stale]),
        "stale_in_common": stale.get(None, 0),
        "unconfirmed": _few([(service, unconfirmed[service.pk]) for service in services if service.pk in unconfirmed]),
        "unconfirmed_in_common": unconfirmed.get(None, 0),
        **_reviews(user_of(request), provider, membership.role),
        **rights(request, provider),
    }
    return render(request, "whitepapers/home.html", context)


def _reviews(user: User, provider: Provider, role: str) -> dict[str, Any]:
    """What waits for the user in the reviews and issued versions of the provider."""
    today = timezone.localdate()
    seats = [(seat, seat.due is not None and seat.due < today) for seat in progress.seats_waiting_for(user, provider)]
    may_write = may(role, "submit")
    return {
        "to_decide": seats,
        "to_issue": progress.ready_to_issue(provider) if may(role, "issue") else [],
        "returned": list(progress.returned_to(user, provider)) if may_write else [],
        "to_recheck": _few(progress.due_for_recheck(today, provider)) if may_write else [],
    }


def _mine(section: Section) -> dict[str, Any]:
    first = next((link.control.title_ja for link in section.section_controls.all()), "")
    is_overdue = section.due is not None and section.due < timezone.localdate()
    return {"section": section, "title": section.title or first, "is_overdue": is_overdue}


def _unfinished(services: list[Any]) -> list[Any]:
    """The papers that lack answers, the nearest to their end first."""
    papers = [(service, paper) for service in services for paper in service.papers]
    left = [(paper.answers - paper.answers_done, service, paper) for service, paper in papers]
    return _few(sorted((each for each in left if each[0]), key=lambda each: each[0]))


def _few(rows: list[Any]) -> list[Any]:
    return rows[:MAX_STEPS]

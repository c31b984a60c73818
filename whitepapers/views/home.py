"""The first page: the services of the current provider with their papers, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.context import Standing

from .. import progress
from .services import rights

MAX_SERVICES = 20
MAX_STEPS = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    membership = Standing(request).current
    if membership is None:
        return render(request, "whitepapers/home.html", {"provider": None})
    provider = membership.provider
    services: list[Any] = list(progress.services_with_papers(provider).active())
    stale = progress.stale_facts(provider)
    context = {
        "provider": provider,
        "services": services[:MAX_SERVICES],
        "all_services": len(services),
        "without_paper": _few([service for service in services if not service.papers]),
        "unfinished": _unfinished(services),
        "stale": _few([(service, stale[service.pk]) for service in services if service.pk in stale]),
        "stale_in_common": stale.get(None, 0),
        **rights(request, provider),
    }
    return render(request, "whitepapers/home.html", context)


def _unfinished(services: list[Any]) -> list[Any]:
    """The papers that lack answers, the nearest to their end first."""
    papers = [(service, paper) for service in services for paper in service.papers]
    left = [(paper.answers - paper.answers_done, service, paper) for service, paper in papers]
    return _few(sorted((each for each in left if each[0]), key=lambda each: each[0]))


def _few(rows: list[Any]) -> list[Any]:
    return rows[:MAX_STEPS]

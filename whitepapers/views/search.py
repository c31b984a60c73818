"""Searching what a provider has written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import membership_for, provider_for, user_of
from accounts.roles import may

from .. import searching


@require_safe
def search(request: HttpRequest, provider_slug: str) -> HttpResponse:
    provider = provider_for(request, provider_slug, "read")
    membership = membership_for(user_of(request), provider)
    may_write = membership is not None and may(membership.role, "write")
    query, found, error = request.GET.get("q", "").strip(), searching.Found(), ""
    try:
        found = searching.search(provider, query, notes=may_write)
    except searching.CannotSearch as problem:
        error, query = str(problem), ""
    context = {
        "provider": provider,
        "query": query,
        "found": found,
        "error": error,
        "limit": searching.MAX_HITS,
        "may_write": may_write,
    }
    return render(request, "whitepapers/search.html", context)

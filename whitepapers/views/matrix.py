"""Controls × services, and one control × all services."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import provider_for
from accounts.models import Provider
from controls.models import Clause, Control, Edition

from ..facts import definitions
from ..matrix import MAX_SERVICES, Catalog, State, editions_in_use, lines, matrix, shared_answers
from .services import rights

LINES = 100  # on one page


@dataclass
class Choice:
    """What the address of a list of controls asks for; what does not exist is left out."""

    edition: Edition | None
    editions: list[Edition]
    every: bool  # all controls, not only those that papers answer
    clause: str
    only: str
    query: QueryDict
    clauses: list[Clause] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest, provider: Provider) -> Choice:
        editions = editions_in_use(provider)
        wanted = request.GET.get("edition", "")
        edition = next((each for each in editions if each.slug == wanted), editions[0] if editions else None)
        return cls(
            edition=edition,
            editions=editions,
            every=request.GET.get("controls") == "all",
            clause=request.GET.get("clause", "")[:20],
            only=request.GET.get("only", "")[:20],
            query=request.GET,
        )

    def filters(self, words: list[tuple[str, str]]) -> list[tuple[str, str, bool]]:
        """Word, address and whether it is on, of every filter."""
        return [(word, self.address(only=name), name == self.only) for name, word in words]

    def address(self, **changes: str) -> str:
        return address(self.query, **changes)


def address(query: QueryDict, **changes: str) -> str:
    """The page itself with another ``only``, ``page`` and so on."""
    kept = [(key, value) for key, values in query.lists() if key not in {*changes, "page"} for value in values]
    return "?" + urlencode(kept + [(key, value) for key, value in changes.items() if value])


def control_for(edition_slug: str, number: str) -> Control:
    """The control as the newest catalog has it; Http404 without one."""
    if "\0" in number:  # PostgreSQL would refuse to look for it
        raise Http404
    controls = Control.objects.select_related("edition", "clause__parent").prefetch_related("points")
    return get_object_or_404(controls, edition__in=Edition.objects.newest(), edition__slug=edition_slug, number=number)


@require_safe
def service_matrix(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """The controls of an edition × up to a dozen services, the first ones unless some are chosen."""
    provider = provider_for(request, provider_slug, "read")
    choice = Choice.of(request, provider)
    services = list(provider.services.active())
    wanted = set(request.GET.getlist("service"))
    chosen = [service for service in services if str(service.pk) in wanted] or services
    rows = []
    if choice.edition and services:
        catalog = Catalog.of(choice.edition)
        choice.clauses = catalog.clauses
        controls = catalog.chosen(every=choice.every, clause=choice.clause)
        rows = matrix(provider, choice.edition, chosen[:MAX_SERVICES], controls)
    counts = Counter(state for row in rows for cell in row.cells for state in cell.states)
    context = {
        "provider": provider,
        "choice": choice,
        "services": [(service, str(service.pk) in wanted) for service in services],
        "columns": chosen[:MAX_SERVICES],
        "is_cut": bool(wanted) and len(chosen) > MAX_SERVICES,
        "limit": MAX_SERVICES,
        "rows": [row for row in rows if choice.only not in State.values or State(choice.only) in row.states],
        "legend": [(state, counts[state], choice.address(only=state.value), state == choice.only) for state in State],
        "everything": choice.address(only=""),
        **rights(request, provider),
    }
    return render(request, "whitepapers/matrix.html", context)


@require_safe
def control_matrix(request: HttpRequest, provider_slug: str, edition_slug: str, number: str) -> HttpResponse:
    """One control × every service, a row each."""
    provider = provider_for(request, provider_slug, "read")
    control = control_for(edition_slug, number)
    shared = shared_answers(provider, control.edition.slug, control.number)
    words = {name: f"〔{definition.label_ja}〕" for name, definition in definitions(control.edition).items()}
    listed = lines(provider, control, shared, words)
    name = request.GET.get("q", "").strip()[:200]
    only = request.GET.get("only", "")
    named = [line for line in listed if name.casefold() in line.service.name.casefold()]
    counts = Counter(line.state for line in named)
    shown = [line for line in named if only not in State.values or line.state == only]
    page = Paginator(shown, LINES).get_page(request.GET.get("page"))
    before, after = _neighbours(control)
    context = {
        "provider": provider,
        "control": control,
        "edition": control.edition,
        "before": before,
        "after": after,
        "answers": [(answer, answer.part or _("共通回答")) for answer in shared.values()],
        "words": name,
        "only": only if only in State.values else "",
        "all": len(named),
        "everything": address(request.GET, only=""),
        "legend": [(state, counts[state], address(request.GET, only=state.value), state == only) for state in State],
        "page": page,
        "previous_page": address(request.GET, page=str(page.number - 1)),
        "next_page": address(request.GET, page=str(page.number + 1)),
        "has_services": bool(listed),
        **rights(request, provider),
    }
    return render(request, "whitepapers/control_matrix.html", context)


def _neighbours(control: Control) -> tuple[Control | None, Control | None]:
    """The controls before and after it among those that papers answer."""
    answered = control.edition.controls.filter(in_whitepapers=True)
    before = answered.filter(position__lt=control.position).order_by("-position").first()
    return before, answered.filter(position__gt=control.position).order_by("position").first()

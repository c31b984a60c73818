"""The only way from a request to a row of this app: what you may not see is 404, what you may not do is 403.

Each function takes a verb of ``accounts.roles`` and returns the row with its provider, edition and so on at hand.
"""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest

from accounts.access import remember, require
from accounts.models import Provider, User

from .models import Section, Service, Whitepaper


def service_for(request: HttpRequest, service_id: int, verb: str) -> Service:
    """The service, if the user is a member of its provider (else Http404) who may ``verb`` (else PermissionDenied)."""
    service = _seen(request, Service.objects.select_related("provider"), "provider").filter(pk=service_id).first()
    return _allowed(request, service, service and service.provider, verb)


def paper_for(request: HttpRequest, paper_id: int, verb: str) -> Whitepaper:
    """The paper with its service, provider and editions; Http404 or PermissionDenied as ``service_for``."""
    papers = Whitepaper.objects.select_related("service__provider", "edition__release", "second_edition")
    paper = _seen(request, papers, "service__provider").filter(pk=paper_id).first()
    return _allowed(request, paper, paper and paper.service.provider, verb)


def section_for(request: HttpRequest, paper_id: int, section_id: int, verb: str) -> Section:
    """The section of that paper; a section of another paper is Http404."""
    # What not every request asks for (the edition, a standard answer) is read when it is asked for.
    sections = Section.objects.select_related("whitepaper__service__provider")
    seen = _seen(request, sections, "whitepaper__service__provider")
    section = seen.filter(pk=section_id, whitepaper=paper_id).order_by("pk").first()  # not by its own long order
    return _allowed(request, section, section and section.whitepaper.service.provider, verb)


def _seen(request: HttpRequest, rows: QuerySet, provider_path: str) -> QuerySet:
    """The rows of the user's own providers, each with the user's role there: one query for row and role."""
    if not isinstance(request.user, User) or not request.user.is_active:
        return rows.none()
    path = f"{provider_path}__memberships"
    return rows.filter(**{f"{path}__user": request.user}).annotate(role=F(f"{path}__role"))


def _allowed(request: HttpRequest, row, provider: Provider | None, verb: str):
    if row is None or provider is None:
        raise Http404
    require(row.role, verb)
    remember(request, provider)
    return row


def role_of(row: Service | Whitepaper | Section) -> str:
    """The user's role at the provider of a row that one of the functions above returned."""
    return str(vars(row)["role"])

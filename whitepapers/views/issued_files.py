"""The stored bytes of what was issued, alone and all current ones together, and what was in force on a day."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from datetime import date
from io import RawIOBase
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from markupsafe import Markup

from accounts.access import provider_for
from accounts.models import Provider

from .. import storing
from ..access import paper_for
from ..forms.issuing import AsOfForm
from ..in_force import InForce, in_force_on
from ..models import Artefact, EarlierIssue, Version
from ..rendering.html import render_section
from ..storing import CannotStore

# A file is looked at where it was saved, never in this site's name.
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"

logger = logging.getLogger(__name__)


@require_safe
def version_file(request: HttpRequest, paper_id: int, number: str, format_name: str) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    artefact = get_object_or_404(Artefact, version__whitepaper=paper, version__number=number, format=format_name)
    return _sent(request, artefact)


@require_safe
def earlier_file(request: HttpRequest, paper_id: int, earlier_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    return _sent(request, get_object_or_404(EarlierIssue, whitepaper=paper, pk=earlier_id))


def _sent(request: HttpRequest, row: Artefact | EarlierIssue) -> HttpResponse:
    """The stored bytes, hashed before they go out; a page when they are not what was issued."""
    try:
        content = storing.read(row.path, row.sha256)
    except CannotStore as error:
        return _broken(request, row, error)
    return HttpResponse(content, content_type=row.media_type, headers=_headers(row.name))


def _broken(request: HttpRequest, row: Artefact | EarlierIssue, error: CannotStore) -> HttpResponse:
    logger.error("%s (%s, %s): %s", row.name, type(row).__name__, row.pk, error)
    return render(request, "whitepapers/version_broken.html", {"name": row.name, "sentence": str(error)}, status=500)


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": _SANDBOX,
        "X-Content-Type-Options": "nosniff",
    }


# --- All current papers ---------------------------------------------------------------------------------------------


@require_safe
def current_zip(request: HttpRequest, provider_slug: str) -> HttpResponseBase:
    """The PDF of every paper's current version, and their hashes, as one archive with the same names every time."""
    provider = provider_for(request, provider_slug, "read")
    artefacts = _current_pdfs(provider)
    for artefact in artefacts:  # before the first byte goes out
        try:
            storing.read(artefact.path, artefact.sha256)
        except CannotStore as error:
            return _broken(request, artefact, error)
    name = f"{provider.slug}_{timezone.localdate().isoformat()}.zip"
    return StreamingHttpResponse(_zipped(artefacts), content_type="application/zip", headers=_headers(name))


def _current_pdfs(provider: Provider) -> list[Artefact]:
    current: dict[int, int] = {}
    papers = Version.objects.filter(
        whitepaper__service__provider=provider, whitepaper__archived_at=None, whitepaper__service__archived_at=None
    )
    for paper, version in papers.not_withdrawn().in_order().values_list("whitepaper", "pk"):
        current.setdefault(paper, version)
    artefacts = Artefact.objects.filter(version__in=current.values(), format="pdf").select_related("version")
    return list(artefacts.defer("version__document", "version__imprint").order_by("name", "pk"))


def _zipped(artefacts: list[Artefact]) -> Iterator[bytes]:
    """The archive piece by piece; one file at a time is in memory."""
    pipe, names, sums = _Pipe(), set[str](), []
    with zipfile.ZipFile(pipe, "w") as archive:
        for artefact in artefacts:
            stem, _, suffix = storing.file_name(artefact.name).rpartition(".")
            name = f"{stem}.{suffix}"
            if name in names:
                name = f"{stem}_{artefact.version.whitepaper_id}.{suffix}"
            names.add(name)
            sums.append(f"{artefact.sha256}  {name}\n")
            archive.writestr(_entry(name, artefact.version.date), storing.read(artefact.path, artefact.sha256))
            yield pipe.taken()
        newest = max((artefact.version.date for artefact in artefacts), default=date(1980, 1, 1))
        archive.writestr(_entry("SHA256SUMS.txt", newest), "".join(sums))
    yield pipe.taken()


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
    info.external_attr = 0o644 << 16
    return info


class _Pipe(RawIOBase):
    """What was written and not yet taken."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        before = len(self._written)
        self._written += data
        return len(self._written) - before

    def taken(self) -> bytes:
        written, self._written = bytes(self._written), bytearray()
        return written


# --- On a day -------------------------------------------------------------------------------------------------------


@require_safe
def as_of(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """What each paper that was in force on a day said about a control."""
    provider = provider_for(request, provider_slug, "read")
    asked = bool(request.GET)
    form = AsOfForm(request.GET if asked else None)
    papers: list[dict[str, object]] = []
    control, day = "", None
    if asked and form.is_valid():
        control, day = form.cleaned_data["control"], form.cleaned_data["date"]
        papers = [_statement(found, control) for found in in_force_on(provider, day)]
    context = {"provider": provider, "form": form, "control": control, "day": day, "papers": papers}
    return render(request, "whitepapers/as_of.html", context)


def _statement(found: InForce, control: str) -> dict[str, object]:
    return {"paper": found.paper, "version": found.version, "earlier": found.earlier, "sections": _said(found, control)}


def _said(found: InForce, control: str) -> list[Markup]:
    """The sections about the control; links inside lead to the page of the version."""
    if found.version is None or not control or control not in found.version.document.upper():
        return []  # without reading the document: there may be many
    document = found.version.frozen
    anchors = {
        meta.anchor for meta in document.meta.sections if any(each.number.upper() == control for each in meta.controls)
    }
    page = reverse("whitepapers:version", args=[found.paper.pk, found.version.number])
    return [
        Markup(str(render_section(document, section)).replace('href="#', f'href="{page}#'))  # noqa: S704 - rendered
        for section in document.walk()
        if section.anchor in anchors
    ]

"""What happened at a provider: the audit entries. Here and not in ``audit``, which knows nothing of who may."""

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.csv_writing import lines
from audit.forms import EntryFilter
from audit.models import Entry
from audit.verifying import verify

from .access import provider_for

PER_PAGE = 50


@require_safe
def audit(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """The entries, the newest first; with ``verify`` in the address the whole chain is read again."""
    provider = provider_for(request, provider_slug, "read_audit")
    form = EntryFilter(request.GET, Entry.objects.of(provider))
    asked = request.GET.copy()
    asked.pop("page", None)
    is_checked = asked.pop("verify", None) is not None
    context = {
        "provider": provider,
        "form": form,
        "page": Paginator(form.found(), PER_PAGE).get_page(request.GET.get("page")),
        "asked": asked.urlencode(),
        "is_checked": is_checked,
        "differences": verify(provider.pk) if is_checked else [],
    }
    return render(request, "audit/entries.html", context)


@require_safe
def audit_csv(request: HttpRequest, provider_slug: str) -> StreamingHttpResponse:
    """The entries that the page's filters show, as a file."""
    provider = provider_for(request, provider_slug, "read_audit")
    form = EntryFilter(request.GET, Entry.objects.of(provider))
    if not form.is_valid():
        raise BadRequest
    response = StreamingHttpResponse(
        lines(form.found().iterator(chunk_size=1000)), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{provider.slug}-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

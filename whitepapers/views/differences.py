"""What differs between two of a paper's versions and its draft: as a page, and as 新旧対照表."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.roles import may

from ..access import paper_for, role_of
from ..compose import compose
from ..diff import compare
from ..document import Document
from ..forms.differences import DRAFT, SidesForm
from ..models import Version, Whitepaper
from ..rendering.comparison import render_comparison


@dataclass(frozen=True, slots=True)
class Side:
    key: str  # a number or "draft"
    label: str
    document: Document


@require_safe
def differences(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    form = _form(request, paper)
    context = {
        "paper": paper,
        "service": paper.service,
        "provider": paper.service.provider,
        "may_write": may(role_of(paper), "write"),
        "form": form,
    }
    if form:
        before, after = _sides(paper, form)
        context |= {
            "before": before,
            "after": after,
            "changes": compare(before.document, after.document),
            "query": urlencode({"from": before.key, "to": after.key}),
        }
    return render(request, "whitepapers/differences.html", context)


@require_safe
def differences_pdf(request: HttpRequest, paper_id: int) -> HttpResponse:
    """新旧対照表. About a second for twenty pages."""
    paper = paper_for(request, paper_id, "read")
    form = _form(request, paper)
    if form is None:
        return redirect("whitepapers:differences", paper.pk)
    before, after = _sides(paper, form)
    content = render_comparison(
        before.document,
        after.document,
        compare(before.document, after.document),
        before_label=before.label,
        after_label=after.label,
    )
    name = f"{paper.service.name}_{paper.title}_{_('新旧対照表')}_{before.key}_{after.key}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )


def _form(request: HttpRequest, paper: Whitepaper) -> SidesForm | None:
    """The two sides that are asked for; None while nothing is issued. A version that the paper does not have is 404."""
    versions = list(Version.objects.filter(whitepaper=paper).select_related("withdrawal").in_order())
    if not versions:
        return None
    current = next((version for version in versions if not hasattr(version, "withdrawal")), versions[0])
    form = SidesForm(request.GET.dict(), versions=versions, current=current)
    if not form.is_valid():
        raise Http404
    return form


def _sides(paper: Whitepaper, form: SidesForm) -> tuple[Side, Side]:
    keys = form.cleaned_data["from"], form.cleaned_data["to"]
    issued = Version.objects.filter(whitepaper=paper, number__in=keys)
    documents = {version.number: version.frozen for version in issued}
    if DRAFT in keys:
        documents[DRAFT] = compose(paper)
    before, after = (Side(key, _("草案") if key == DRAFT else _("%s版") % key, documents[key]) for key in keys)
    return before, after

"""The pages of a paper as a whole: list, new, outline, settings, preview, checks, PDF."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import provider_for, user_of
from accounts.roles import may

from ..access import paper_for, role_of, service_for
from ..checks import Finding, check
from ..compose import compose, draft_imprint
from ..describing import CannotDescribe, change_paper
from ..document import Document
from ..drafting import CannotDraft, draft_paper
from ..forms.papers import NewPaperForm, PaperForm
from ..layouts import layouts
from ..life import with_lives
from ..locking import why_locked
from ..models import Whitepaper
from ..outlines import entries, progress
from ..rendering import FORMATS
from ..rendering import render as render_document
from ..rendering.html import render_fragment
from ..rendering.remarks import with_remarks
from ..waiving import judge, may_be_waived


@require_safe
def paper_list(request: HttpRequest, provider_slug: str) -> HttpResponse:
    provider = provider_for(request, provider_slug, "read")
    papers = with_lives(Whitepaper.objects.of(provider).with_progress())
    services = provider.services.active()
    return render(
        request, "whitepapers/paper_list.html", {"provider": provider, "papers": papers, "services": services}
    )


@require_http_methods(["GET", "POST"])
def new_paper(request: HttpRequest, service_id: int) -> HttpResponse:
    service = service_for(request, service_id, "write")
    form = NewPaperForm(request.POST or None, service=service)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            paper = draft_paper(
                service, cleaned["edition"], layouts()[cleaned["layout"]], title=cleaned["title"], by=user_of(request)
            )
        except CannotDraft as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("ペーパーを作成しました。分かっている事実から、文例を入れてあります。"))
            return redirect("whitepapers:outline", paper.pk)
    context = {"provider": service.provider, "service": service, "form": form, "layouts": layouts().values()}
    return render(request, "whitepapers/new_paper.html", context)


@require_safe
def outline(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    document = compose(paper)
    findings = check(document)
    listed = entries(paper, document, findings)
    context = _context(paper) | {
        "outline": listed,
        "progress": progress(listed),
        "blocking": sum(finding.blocks for finding in findings),
        "warnings": sum(not finding.blocks for finding in findings),
    }
    return render(request, "whitepapers/outline.html", context)


@require_http_methods(["GET", "POST"])
def paper_settings(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "write")
    form = PaperForm(request.POST or None, instance=paper)
    if request.method == "POST" and form.is_valid():
        try:
            paper = change_paper(paper, form.cleaned_data, by=user_of(request))
        except CannotDescribe as error:
            for field, sentence in error.problems.items():
                form.add_error(field or None, sentence)
        else:
            messages.success(request, _("ペーパーの設定を保存しました。"))
            if paper.second_edition_id and "{mapped" not in paper.reference_line:
                messages.warning(request, _("参照行に {mapped} がないため、併記する版の番号は印刷されません。"))
            return redirect("whitepapers:outline", paper.pk)
    return render(request, "whitepapers/paper_settings.html", _context(paper) | {"form": form})


@require_safe
def preview(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    document = compose(paper)
    findings = check(document)
    html = render_fragment(document, draft_imprint(paper))
    html = with_remarks(html, _remarks(paper, document, findings))
    context = {"html": html, "blocking": sum(finding.blocks for finding in findings), "findings": len(findings)}
    return render(request, "whitepapers/preview.html", _context(paper) | context)


def _remarks(paper: Whitepaper, document: Document, findings: list[Finding]) -> dict[str, str]:
    """Anchor of a section → what the preview says below its heading: the way to its page, and its findings."""
    may_write = may(role_of(paper), "write")
    by_anchor: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_anchor[finding.anchor].append(finding)
    template = get_template("whitepapers/preview_remarks.html")
    remarks = {}
    for section in document.walk():
        found = by_anchor.get(section.anchor, [])
        if may_write or found:
            url = reverse("whitepapers:section", args=[paper.pk, section.anchor.removeprefix("s")])
            context = {"section": section, "url": url, "findings": found, "may_write": may_write}
            remarks[section.anchor] = template.render(context).strip()
    return remarks


@require_safe
def checks(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    judged = judge(paper, check(compose(paper)))
    findings = [(each, each.anchor.removeprefix("s"), _waive_query(each)) for each in judged.left]
    context = {
        "findings": findings,
        "accepted": judged.accepted,
        "idle": judged.idle,
        "may_waive": may(role_of(paper), "waive") and not why_locked(paper),
    }
    return render(request, "whitepapers/checks.html", _context(paper) | context)


def _waive_query(finding: Finding) -> str:
    """How the page that accepts a finding is asked for it; "" for one that cannot be accepted."""
    if not may_be_waived(finding):
        return ""
    return urlencode({"check": finding.id, "anchor": finding.anchor, "subject": finding.subject})


@require_safe
def download(request: HttpRequest, paper_id: int, format_name: str) -> HttpResponse:
    """The draft as a file. A PDF of 30 pages takes about a second."""
    paper = paper_for(request, paper_id, "read")
    content = render_document(compose(paper), draft_imprint(paper), format_name)
    name = quote(f"{paper.service.name}_{paper.title}_draft.{FORMATS[format_name].suffix}", safe="")
    return HttpResponse(
        content,
        content_type=FORMATS[format_name].media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _context(paper: Whitepaper) -> dict[str, object]:
    """What every page of a paper shows; ``role`` comes with the row from access.py."""
    return {
        "paper": paper,
        "service": paper.service,
        "provider": paper.service.provider,
        "may_write": may(role_of(paper), "write"),
    }

"""Accepting a finding with a reason, and taking that back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import user_of

from ..access import paper_for
from ..checks import Finding
from ..forms.reviews import WaiveForm
from ..waiving import CannotWaive, find, may_be_waived, waive, withdraw_waiver
from .reviewing import paper_context


@require_http_methods(["GET", "POST"])
def waive_finding(request: HttpRequest, paper_id: int) -> HttpResponse:
    """``check``, ``anchor`` and ``subject`` name the finding; asks for the reason, which a POST brings."""
    paper = paper_for(request, paper_id, "waive")
    named = request.POST if request.method == "POST" else request.GET
    finding = find(paper, named.get("check", ""), named.get("anchor", ""), named.get("subject", ""))
    if finding is None or not may_be_waived(finding):
        messages.error(request, _("この指摘は、もうないか、例外として承認できません。"))
        return redirect("whitepapers:checks", paper.pk)
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            waive(paper, _as_read(finding, request), reason=form.cleaned_data["reason"], by=user_of(request))
        except CannotWaive as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("指摘を例外として承認しました。"))
            return redirect("whitepapers:checks", paper.pk)
    return render(request, "whitepapers/waive.html", paper_context(paper) | {"finding": finding, "form": form})


def _as_read(finding: Finding, request: HttpRequest) -> Finding:
    """The finding with the sentence that the person had before their eyes."""
    return Finding(
        finding.id,
        finding.severity,
        finding.anchor,
        finding.place,
        request.POST.get("sentence", "").replace("\r\n", "\n"),
        finding.subject,
    )


@require_POST
def end_waiver(request: HttpRequest, paper_id: int, waiver_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "waive")
    try:
        withdraw_waiver(paper, waiver_id, by=user_of(request))
    except CannotWaive as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("例外承認を取り消しました。"))
    return redirect("whitepapers:checks", paper.pk)

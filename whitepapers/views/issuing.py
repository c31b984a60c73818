"""The page on which an approved paper is issued."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import user_of

from .. import signing
from ..access import paper_for
from ..checks import check
from ..forms.issuing import IssueForm
from ..issuing import CannotIssue, approvals_of, issue, why_not_issuable
from ..models import Review
from ..rendering import FORMATS
from ..rendering.html import render_blocks
from ..waiving import judge
from .reviewing import paper_context


@require_http_methods(["GET", "POST"])
def issue_paper(request: HttpRequest, paper_id: int, review_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "issue")
    review = get_object_or_404(
        Review.objects.select_related("whitepaper__service__provider"), whitepaper=paper, pk=review_id
    )
    form = IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            version = issue(review, **form.cleaned_data, by=user_of(request))
        except CannotIssue as error:
            form.add_error(None, str(error))
            review.refresh_from_db()
        else:
            messages.success(request, _("%(number)s版を発行しました。") % {"number": version.number})
            return redirect("whitepapers:version", paper.pk, version.number)
    return render(request, "whitepapers/issue.html", paper_context(paper) | _context(review) | {"form": form})


def _context(review: Review) -> dict[str, object]:
    """What the approver sees before the one button."""
    if obstacle := why_not_issuable(review):
        return {"review": review, "obstacle": obstacle}
    document = review.frozen
    findings = judge(review.whitepaper, check(document)).left
    entry = next((entry for entry in document.printed.history.entries if entry.this_version), None)
    return {
        "review": review,
        "obstacle": "",
        "revision_lines": render_blocks(document, entry.summary) if entry else "",
        "entry": entry,
        "blocking": sum(finding.blocks for finding in findings),
        "warnings": sum(not finding.blocks for finding in findings),
        "approvals": approvals_of(review),
        "formats": [name.upper() for name in FORMATS],
        "signs": signing.signs(),
    }

"""The issues of a paper: the list, one page for each, withdrawing, earlier issues, the yearly check."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import user_of

from ..access import paper_for
from ..attaching import CannotAttach, attach_earlier_issue
from ..compose import compose
from ..forms.issuing import AttachForm, RecheckForm, WithdrawForm
from ..in_force import due_on
from ..issuing import CannotIssue, approvals_of, recheck, withdraw
from ..models import Version, Whitepaper
from ..rendering.html import render_fragment
from .reviewing import paper_context


@require_safe
def version_list(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "read")
    versions = list(_versions(paper).prefetch_related("artefacts", "review__decisions"))
    current = next((version for version in versions if not hasattr(version, "withdrawal")), None)
    context = {
        "versions": [(version, status_of(version, current), approvals_of(version.review)) for version in versions],
        "current": current,
        "due": due_on(current) if current else None,
        "earlier": paper.earlier_issues.all(),
        "rechecks": paper.rechecks.select_related("version")
        .defer("version__document", "version__imprint")
        .order_by("-pk"),
    }
    return render(request, "whitepapers/versions.html", paper_context(paper) | context)


@require_safe
def version_page(request: HttpRequest, paper_id: int, number: str) -> HttpResponse:
    """The permanent page of an issue."""
    paper = paper_for(request, paper_id, "read")
    version = _version(paper, number)
    current = Version.objects.current(paper)
    context = {
        "version": version,
        "status": status_of(version, current),
        "current": current,
        "approvals": approvals_of(version.review),
        "artefacts": version.artefacts.all(),
        "rechecks": version.rechecks.order_by("-date", "-pk"),
        "html": render_fragment(version.frozen, version.frozen_imprint),
    }
    return render(request, "whitepapers/version.html", paper_context(paper) | context)


@require_http_methods(["GET", "POST"])
def withdraw_version(request: HttpRequest, paper_id: int, number: str) -> HttpResponse:
    paper = paper_for(request, paper_id, "issue")
    version = _version(paper, number)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(version, reason=form.cleaned_data["reason"], by=user_of(request))
        except CannotIssue as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(number)s版を廃止しました。") % {"number": version.number})
            return redirect("whitepapers:version", paper.pk, version.number)
    below = [row for row in _versions(paper) if row != version and not hasattr(row, "withdrawal")]
    context = {"version": version, "form": form, "next": below[0] if below else None}
    return render(request, "whitepapers/version_withdraw.html", paper_context(paper) | context)


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "submit")
    form = AttachForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        file = cleaned["file"]
        try:
            attach_earlier_issue(
                paper,
                number=cleaned["number"],
                date=cleaned["date"],
                name=file.name,
                content=file.read(),
                by=user_of(request),
            )
        except CannotAttach as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(number)s版のファイルを登録しました。") % {"number": cleaned["number"]})
            return redirect("whitepapers:versions", paper.pk)
    return render(request, "whitepapers/version_attach.html", paper_context(paper) | {"form": form})


@require_http_methods(["GET", "POST"])
def recheck_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The yearly check. That the draft differs is told, and the person decides."""
    paper = paper_for(request, paper_id, "submit")
    version = Version.objects.current(paper)
    form = RecheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = recheck(paper, **form.cleaned_data, by=user_of(request))
        except CannotIssue as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("最終確認日を%(date)sと記録しました。") % {"date": row.date.isoformat()})
            return redirect("whitepapers:versions", paper.pk)
    context = {"version": version, "form": form, "differs": version is not None and _differs(paper, version)}
    return render(request, "whitepapers/recheck.html", paper_context(paper) | context)


def status_of(version: Version, current: Version | None) -> str:
    """current, withdrawn, superseded; a version above the current one is withdrawn."""
    if hasattr(version, "withdrawal"):
        return "withdrawn"
    return "current" if version == current else "superseded"


def _versions(paper: Whitepaper):
    return (
        Version.objects.filter(whitepaper=paper)
        .in_order()
        .select_related("withdrawal", "review")
        .defer("document", "imprint", "review__document")
    )


def _version(paper: Whitepaper, number: str) -> Version:
    return get_object_or_404(Version.objects.select_related("withdrawal", "review"), whitepaper=paper, number=number)


def _differs(paper: Whitepaper, version: Version) -> bool:
    """Whether the draft says something else than the version, the history and the version's number aside."""
    draft, issued = compose(paper), version.frozen
    return (draft.printed.sections, draft.meta.sections) != (issued.printed.sections, issued.meta.sections)

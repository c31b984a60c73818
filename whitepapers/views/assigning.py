"""Who writes what until when: a page for the paper, many sections at once, and one for a single section."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import user_of

from ..access import paper_for, section_for
from ..assigning import KEEP, Assignment, CannotAssign, assign
from ..forms.outline import AssignForm
from ..outlines import bare_entries, progress
from .outline_editing import number_of, paper_context, section_context


@require_http_methods(["GET", "POST"])
def assign_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Every section with assignee, due date and progress. A POST changes those that are ticked: ``section`` alone,
    ``chapter`` with everything below."""
    paper = paper_for(request, paper_id, "write")
    form = AssignForm(request.POST or None, paper=paper)
    if request.method == "POST" and form.is_valid():
        is_confirming = "confirm" in request.POST
        try:
            done = assign(
                paper,
                [number_of(pk) for pk in request.POST.getlist("section")],
                Assignment(confirmed=True) if is_confirming else form.assignment(),
                chapters=[number_of(pk) for pk in request.POST.getlist("chapter")],
                by=user_of(request),
            )
        except CannotAssign as error:
            form.add_error(None, str(error))
        else:
            sentence = _("%(n)s節を確認済みにしました。") if is_confirming else _("%(n)s節に設定しました。")
            messages.success(request, sentence % {"n": done})
            return redirect("whitepapers:assign_paper", paper.pk)
    outline = bare_entries(paper)
    ticked = {number_of(pk) for name in ("section", "chapter") for pk in request.POST.getlist(name)}
    context = paper_context(paper) | {
        "form": form,
        "outline": outline,
        "ticked": ticked,
        "progress": progress(outline),
        "waiting": sum(entry.needs_confirmation for entry in outline),
        "overdue": sum(entry.is_overdue for entry in outline),
    }
    return render(request, "whitepapers/assign_paper.html", context)


@require_http_methods(["GET", "POST"])
def assign_section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    row = section_for(request, paper_id, section_id, "write")
    paper = row.whitepaper
    initial = {"assignee": str(row.assignee_id or AssignForm.NOBODY), "due": row.due, "progress": row.progress}
    form = AssignForm(request.POST or None, paper=paper, is_whole=True, current=row.assignee, initial=initial)
    if request.method == "POST" and form.is_valid():
        assignment = form.assignment(confirmed="confirmed" in request.POST)
        try:
            if initial["assignee"] == form.cleaned_data["assignee"]:  # who may not write any more may stay
                assignment = Assignment(KEEP, assignment.due, assignment.progress, assignment.confirmed)
            assign(paper, [row.pk], assignment, by=user_of(request))
        except CannotAssign as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("担当と期限を保存しました。"))
            return redirect("whitepapers:section", paper.pk, row.pk)
    context = section_context(row, bare_entries(paper)) | {"form": form}
    return render(request, "whitepapers/assign_section.html", context)

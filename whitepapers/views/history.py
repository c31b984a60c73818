"""The history of a section, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.roles import may

from ..access import role_of, section_for
from ..editing import CannotEdit, ChangedMeanwhile
from ..histories import changes, undone
from ..outlines import bare_entries
from ..undoing import undo
from .outline_editing import number_of, section_context

PER_PAGE = 20


@require_http_methods(["GET", "POST"])
def section_history(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """Who changed the section when, sentence by sentence. ``?undo=`` shows what taking a change back would do; a POST
    with ``revision`` does it."""
    row = section_for(request, paper_id, section_id, "read" if request.method == "GET" else "write")
    if request.method == "POST":
        return _undo(request, paper_id, section_id)
    may_write = may(role_of(row), "write")
    revisions = Paginator(row.revisions.select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    context = section_context(row, bare_entries(row.whitepaper)) | {
        "may_write": may_write,
        "page": revisions,
        "changes": changes(row, list(revisions), with_notes=may_write),
    }
    wanted = row.revisions.filter(pk=number_of(request.GET.get("undo"))).first()
    if wanted and may_write:
        context |= {"wanted": wanted, "undone": undone(row, wanted)}
    return render(request, "whitepapers/history.html", context)


def _undo(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    row = section_for(request, paper_id, section_id, "write")
    try:
        undo(
            row,
            number_of(request.POST.get("revision")),
            counter=number_of(request.POST.get("counter")),
            by=user_of(request),
        )
    except ChangedMeanwhile:
        messages.error(request, _("ほかの人がこの節を先に保存しました。履歴を確かめて、もう一度選んでください。"))
    except CannotEdit as error:
        messages.error(request, _("元に戻せませんでした。%(why)s") % {"why": "".join(error.problems.values())})
    else:
        messages.success(request, _("変更の前の内容に戻しました。"))
    return redirect("whitepapers:section_history", paper_id, section_id)

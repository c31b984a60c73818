"""Comments of a paper: the page with all of them, and what is done with one from whichever page it stands on."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import user_of

from ..access import paper_for
from ..commenting import About, CannotComment, add, answer, reopen, resolve, threads
from ..forms.reviews import CommentForm
from ..models import Comment, Review, Whitepaper
from ..outlines import bare_entries
from .reviewing import paper_context, review_for


@require_http_methods(["GET", "POST"])
def comments(request: HttpRequest, paper_id: int) -> HttpResponse:
    """All comments of the paper. A POST adds one: on the draft, or on what the ``review`` named froze."""
    paper = paper_for(request, paper_id, "read" if request.method == "GET" else "comment")
    review = _review(request, paper)
    form = CommentForm(request.POST or None, places=_places(paper, review), auto_id="comment_%s")
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = add(
                paper,
                cleaned["body"],
                about=About(cleaned["anchor"], cleaned["quote"], review),
                by=user_of(request),
            )
        except CannotComment as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("コメントしました。"))
            return _back(request, made)
    found = threads(Comment.objects.filter(whitepaper=paper))
    context = paper_context(paper) | {
        "threads": sorted(found, key=lambda thread: not thread.is_open),
        "comment_form": form,
        "review": review,
        "back": request.POST.get("back", ""),
        "shown": request.POST.get("show", ""),
    }
    return render(request, "whitepapers/comments.html", context)


def _review(request: HttpRequest, paper: Whitepaper) -> Review | None:
    """The review that the form names; Http404 for one of another paper."""
    named = request.POST.get("review", "")
    if not named:
        return None
    if not named.isascii() or not named.isdecimal() or len(named) > 18:
        raise Http404
    return review_for(paper, int(named))


def _places(paper: Whitepaper, review: Review | None) -> list[tuple[str, str]]:
    if review is not None:
        return [(section.anchor, "　" * (section.level - 1) + section.heading) for section in review.frozen.walk()]
    return [
        (f"s{entry.pk}", "　" * (entry.level - 1) + f"{entry.number} {entry.title}".strip())
        for entry in bare_entries(paper)
    ]


@require_POST
def answer_comment(request: HttpRequest, paper_id: int, comment_id: int) -> HttpResponse:
    comment = _comment_for(request, paper_id, comment_id)
    try:
        answer(comment, request.POST.get("body", ""), by=user_of(request))
    except CannotComment as error:
        messages.error(request, str(error))
    return _back(request, comment)


@require_POST
def resolve_comment(request: HttpRequest, paper_id: int, comment_id: int) -> HttpResponse:
    comment = _comment_for(request, paper_id, comment_id)
    try:
        resolve(comment, by=user_of(request))
    except CannotComment as error:
        messages.error(request, str(error))
    return _back(request, comment)


@require_POST
def reopen_comment(request: HttpRequest, paper_id: int, comment_id: int) -> HttpResponse:
    comment = _comment_for(request, paper_id, comment_id)
    try:
        reopen(comment, by=user_of(request))
    except CannotComment as error:
        messages.error(request, str(error))
    return _back(request, comment)


def _comment_for(request: HttpRequest, paper_id: int, comment_id: int) -> Comment:
    paper = paper_for(request, paper_id, "comment")
    comment = Comment.objects.filter(whitepaper=paper, pk=comment_id).order_by("pk").first()
    if comment is None:
        raise Http404
    comment.whitepaper = paper
    return comment


def _back(request: HttpRequest, comment: Comment) -> HttpResponseRedirect:
    """To the page it was done on, where the thread stands."""
    match request.POST.get("back"):
        case "review" if comment.review_id:
            url = reverse("whitepapers:review", args=[comment.whitepaper_id, comment.review_id])
            show = request.POST.get("show", "")
            url += f"?show={show}" if show in ("mine", "issued", "whole") else ""
        case "section" if comment.section_id:
            url = reverse("whitepapers:section", args=[comment.whitepaper_id, comment.section_id])
        case _:
            url = reverse("whitepapers:comments", args=[comment.whitepaper_id])
    return redirect(f"{url}#comment-{comment.parent_id or comment.pk}")

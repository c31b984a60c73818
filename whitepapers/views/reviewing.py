"""Submitting a paper, the reviewer's page, and what is done there. Comments: commenting.py."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import user_of
from accounts.roles import may

from ..access import paper_for, role_of
from ..contributing import contributors
from ..forms.reviews import CommentForm, DecideForm, ReplaceSeatForm, SeatForm, SeatFormSet, SubmitForm
from ..locking import why_locked
from ..models import Capacity, Decision, Review, Seat, Whitepaper
from ..proposals import Proposal, candidates, highest_taken, ordinal, propose
from ..reviewing import (
    CannotReview,
    ContentMoved,
    FindingsLeft,
    Place,
    Plan,
    decide,
    recall,
    replace_seat,
    submit,
)
from .review_desk import ReviewDesk

CHECKS = "checks"
APPROVER = "approver"


def paper_context(paper: Whitepaper) -> dict[str, Any]:
    """What the head of a paper shows."""
    service = paper.service
    role = role_of(paper)
    return {
        "paper": paper,
        "service": service,
        "provider": service.provider,
        "may_write": may(role, "write"),
        "may_submit": may(role, "submit"),
        "may_comment": may(role, "comment"),
        "may_issue": may(role, "issue"),
    }


def review_for(paper: Whitepaper, review_id: int) -> Review:
    """The review of that paper; one of another paper is Http404."""
    review = Review.objects.filter(whitepaper=paper, pk=review_id).order_by("pk").first()
    if review is None:
        raise Http404
    review.whitepaper = paper
    return review


# --- Submitting -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def submit_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Number, revision lines and people. A POST submits, or (``more``) asks for another line for a person."""
    paper = paper_for(request, paper_id, "submit")
    proposal = propose(paper)
    asked = candidates(paper.service.provider, _barred(proposal, user_of(request).pk))
    data = request.POST if request.method == "POST" else None
    forms = _forms(paper, proposal, asked, data)
    form, checks, approver = forms
    moved = False
    if data is not None and "more" not in data and _all_valid(forms):
        try:
            review = submit(paper, _plan(forms), by=user_of(request), seen=form.cleaned_data["seen"] or "-")
        except ContentMoved as error:
            proposal, moved = propose(paper), True
            fresh = _refreshed(data, proposal)
            form, checks, approver = forms = _forms(paper, proposal, asked, fresh)
            _all_valid(forms)
            form.add_error(None, str(error))
        except FindingsLeft as error:
            form.add_error(None, str(error))
        except CannotReview as error:
            _show_problems(forms, error)
        else:
            messages.success(request, _("%(number)s版をレビューに提出しました。") % {"number": review.number})
            return redirect("whitepapers:review", paper.pk, review.pk)
    context = paper_context(paper) | {
        "form": form,
        "checks": checks,
        "approver": approver,
        "proposal": proposal,
        "changes": proposal.changes,
        "before_label": _("発行した%(number)s版") % {"number": proposal.before.number} if proposal.before else "",
        "after_label": _("今の内容"),
        "barred": [(person, asked.barred[pk]) for pk, person in _everybody(asked).items() if pk in asked.barred],
        "self_approver": asked.self_approver,
        "locked": why_locked(paper),
        "fresh_lines": "\n".join(proposal.lines),
        "moved": moved,
    }
    return render(request, "whitepapers/submit.html", context)


def _barred(proposal: Proposal, submitter: int) -> dict[int, list[str]]:
    barred = {pk: list(reasons) for pk, reasons in proposal.contributors.items()}
    barred.setdefault(submitter, [_("このペーパーを提出")])
    return barred


def _everybody(asked: Any) -> dict[int, Any]:
    return {pk: person for people in asked.people.values() for pk, person in people.items()}


def _forms(paper: Whitepaper, proposal: Proposal, asked: Any, data: Any) -> tuple[SubmitForm, Any, SeatForm]:
    if data is not None and "more" in data:
        data = data.copy()
        lines = data.get(f"{CHECKS}-TOTAL_FORMS", "")
        data[f"{CHECKS}-TOTAL_FORMS"] = str(min(int(lines) + 1, 20)) if lines.isdecimal() and len(lines) < 4 else "1"
    kwargs = {"capacity": Capacity.CHECK.value, "asked": asked}
    last = paper.reviews.order_by("-pk").first()
    rows = last.seats.values("capacity", "user", "deputy") if last and data is None else ()
    places: list[dict[str, Any]] = [dict(row) for row in rows]
    free = {pk for pk in _everybody(asked) if pk not in asked.barred}
    before = [place for place in places if place["user"] in free]
    for place in before:
        place["deputy"] = place["deputy"] if place["deputy"] in free else None
    again = [place for place in before if place["capacity"] == Capacity.CHECK]
    checks = SeatFormSet(data, prefix=CHECKS, initial=again if data is None else None, form_kwargs=kwargs)
    able = [pk for pk in asked.people[Capacity.APPROVE] if pk in free or pk == asked.self_approver]
    chosen = next((place for place in before if place["capacity"] == Capacity.APPROVE), None)
    if chosen is None and len(able) == 1:
        chosen = {"user": able[0], "deputy": None}
    approver = SeatForm(data, prefix=APPROVER, initial=chosen or {}, capacity=Capacity.APPROVE.value, asked=asked)
    return SubmitForm(data, paper=paper, initial=_initial(paper, proposal)), checks, approver


def _initial(paper: Whitepaper, proposal: Proposal) -> dict[str, Any]:
    """What was planned, when it can still be; else what the change proposes."""
    drafted = "\n".join(proposal.lines)
    taken = highest_taken(paper)
    try:
        planned = ordinal(paper.planned_number)
        is_free = not taken or planned > taken
    except ValueError:
        is_free = False
    return {
        "number": paper.planned_number if is_free else proposal.number,
        "summary": (paper.planned_summary if is_free else "") or drafted,
        "date": paper.planned_date,
        "note": paper.planned_note,
        "author": paper.planned_author,
        "seen": proposal.digest,
        "drafted": drafted,
    }


def _refreshed(data: Any, proposal: Proposal) -> Any:
    """What was posted, for the paper as it is now: lines that nobody edited become the fresh ones."""
    fresh, drafted = data.copy(), "\n".join(proposal.lines)
    if _lines(data.get("summary", "")) == _lines(data.get("drafted", "")):
        fresh["summary"] = drafted
    fresh["drafted"], fresh["seen"] = drafted, proposal.digest
    return fresh


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


def _all_valid(forms: tuple[SubmitForm, Any, SeatForm]) -> bool:
    return all([form.is_valid() for form in forms])  # noqa: C419 - each must say what is wrong with it


def _plan(forms: tuple[SubmitForm, Any, SeatForm]) -> Plan:
    form, checks, approver = forms
    cleaned = form.cleaned_data
    seats = [place for each in (*checks, approver) if (place := each.place())]
    return Plan(
        number=cleaned["number"],
        summary=cleaned["summary"],
        seats=seats,
        note=cleaned.get("note", ""),
        author=cleaned.get("author", ""),
        date=cleaned["date"],
        message=cleaned["message"],
    )


def _show_problems(forms: tuple[SubmitForm, Any, SeatForm], error: CannotReview) -> None:
    form, _checks, approver = forms
    for name, sentence in error.problems.items():
        if name == "approver":
            approver.add_error("user", sentence)
        else:
            form.add_error(name if name in form.fields else None, sentence)


# --- Reviewing ------------------------------------------------------------------------------------------------------


@require_safe
def review_paper(request: HttpRequest, paper_id: int, review_id: int) -> HttpResponse:
    """What changed since this person's last decision; ``show`` is mine, issued or whole."""
    paper = paper_for(request, paper_id, "read")
    review = review_for(paper, review_id)
    return _shown(request, review, DecideForm(initial={"digest": review.digest}))


def _shown(request: HttpRequest, review: Review, form: DecideForm, *, status: int = 200) -> HttpResponse:
    paper, user = review.whitepaper, user_of(request)
    desk = ReviewDesk(review, user)
    places = [(section.anchor, "　" * (section.level - 1) + section.heading) for section in review.frozen.walk()]
    comment = CommentForm(places=places, initial={"anchor": request.GET.get("comment", "")}, auto_id="comment_%s")
    context = paper_context(paper) | desk.context(request.GET.get("show", ""))
    context |= {"form": form, "comment_form": comment}
    return render(request, "whitepapers/review.html", context, status=status)


@require_POST
def decide_on_review(request: HttpRequest, paper_id: int, review_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "check")
    review = review_for(paper, review_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _shown(request, review, form)
    cleaned = form.cleaned_data
    try:
        decision = decide(
            review, cleaned["verdict"], digest=cleaned["digest"], comment=cleaned["comment"], by=user_of(request)
        )
    except CannotReview as error:
        review = review_for(paper, review_id)  # as it is now
        for name, sentence in error.problems.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _shown(request, review, form)
    if decision.verdict == Decision.Verdict.RETURN:
        messages.success(request, _("差し戻しました。作成者に知らせました。"))
    elif decision.capacity == Capacity.APPROVE:
        messages.success(request, _("%(number)s版を承認しました。発行できます。") % {"number": review.number})
    else:
        messages.success(request, _("確認を記録しました。"))
    return _to_review(review)


@require_POST
def recall_review(request: HttpRequest, paper_id: int, review_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "submit")
    review = review_for(paper, review_id)
    try:
        recall(review, by=user_of(request))
    except CannotReview as error:
        messages.error(request, str(error))
        return _to_review(review)
    messages.success(request, _("提出を取り下げました。ペーパーを編集できます。"))
    return redirect("whitepapers:outline", paper.pk)


@require_http_methods(["GET", "POST"])
def change_seat(request: HttpRequest, paper_id: int, review_id: int, seat_id: int) -> HttpResponse:
    """Other people for a seat that has not decided."""
    paper = paper_for(request, paper_id, "submit")
    review = review_for(paper, review_id)
    seat = Seat.objects.filter(review=review, pk=seat_id).select_related("user", "deputy").first()
    if seat is None:
        raise Http404
    seat.review = review
    barred = contributors(paper, review.frozen, until=review.submitted_at)
    form = ReplaceSeatForm(
        request.POST or None,
        initial={"user": seat.user_id, "deputy": seat.deputy_id, "due": seat.due},
        capacity=seat.capacity,
        asked=candidates(paper.service.provider, barred),
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            replace_seat(
                seat, Place(seat.capacity, cleaned["user"], cleaned["deputy"], cleaned["due"]), by=user_of(request)
            )
        except CannotReview as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("担当を替えました。"))
            return _to_review(review)
    return render(
        request, "whitepapers/review_seat.html", paper_context(paper) | {"review": review, "seat": seat, "form": form}
    )


def _to_review(review: Review) -> HttpResponseRedirect:
    return redirect(reverse("whitepapers:review", args=[review.whitepaper_id, review.pk]))

"""The page on which one section is written, and what it asks for while somebody types."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import user_of

from ..access import section_for
from ..attending import attend, leave, others_at
from ..editing import CannotEdit, ChangedMeanwhile, compose_draft, problems_of, save_section
from ..forms.sections import SectionForm
from .facts import Way, save_facts
from .section_desk import Desk, Shown


@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """The outline, the section's form, and the section as it prints. A POST saves the section, puts a phrase into the
    text, or states facts."""
    row = section_for(request, paper_id, section_id, "read" if request.method == "GET" else "write")
    desk = Desk(row)
    told: dict[str, Any] = {}
    if request.method == "POST" and "facts" in request.POST:
        return _facts(request, desk)
    if request.method != "POST":
        form, stances = desk.forms(None)
    elif "insert" in request.POST:
        form, stances = desk.forms(desk.with_phrase(request.POST, request.POST["insert"]))
    else:
        form, stances = desk.forms(request.POST)
        if form.is_valid() and stances.is_valid():
            content = desk.content(form, stances)
            try:
                save_section(row, content, counter=form.cleaned_data["counter"], by=user_of(request))
            except ChangedMeanwhile as error:
                # The next save is of what both wrote, on top of theirs.
                mine = form.content(stances.stances())
                desk = Desk(section_for(request, paper_id, section_id, "write"))
                data, told = desk.merged(request.POST, mine)
                form, stances = desk.forms(data)
                form.add_error(None, str(error))
            except CannotEdit as error:
                _show_problems(form, error)
            else:
                return _saved(request, desk)
    context = desk.context(user_of(request), form)
    return render(request, "whitepapers/section.html", context | {"form": form, "stances": stances, "merge": told})


def _facts(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What the fields of facts on this page say: announced where papers change, saved, and back to the section."""
    facts = desk.facts_of(request.POST)
    if facts.form.is_valid() and "back" not in request.POST:
        address = reverse("whitepapers:section", args=[desk.paper.pk, desk.row.pk])
        following = desk.next_section() if request.POST.get("then") == "next" else desk.row.pk
        saved = reverse("whitepapers:section", args=[desk.paper.pk, following])
        response = save_facts(request, facts.form, Way(facts.sheet, address, saved, desk.place))
        if response is not None:
            return response
    form, stances = desk.forms(None)
    context = desk.context(user_of(request), form, facts)
    return render(request, "whitepapers/section.html", context | {"form": form, "stances": stances, "merge": {}})


def _show_problems(form: SectionForm, error: CannotEdit) -> None:
    for field, sentence in error.problems.items():
        form.add_error(field if field in form.fields else None, sentence)


def _saved(request: HttpRequest, desk: Desk) -> HttpResponse:
    messages.success(request, _("%(time)s に保存しました。") % {"time": timezone.localtime().strftime("%H:%M")})
    return redirect(
        "whitepapers:section", desk.paper.pk, desk.next_section() if "next" in request.POST else desk.row.pk
    )


# --- What the page asks for while somebody types: without JavaScript nobody needs them --------------------------------


@require_POST
def section_draft(request: HttpRequest, paper_id: int, section_id: int) -> JsonResponse:
    """The section as it would print with what is in the form now, with points and findings. Saves nothing."""
    row = section_for(request, paper_id, section_id, "write")
    desk = Desk(row)
    form, stances = desk.forms(request.POST)
    content = desk.draft(form, stances)
    shown = Shown.of(compose_draft(row, content), row).context()
    problems = {field: " ".join(map(str, errors)) for field, errors in form.errors.items()} or problems_of(row, content)
    return JsonResponse(
        {
            "html": shown["html"],
            "points": render_to_string("whitepapers/section_points.html", shown, request),
            "findings": render_to_string("whitepapers/section_findings.html", shown, request),
            "body": content.body,
            "problems": problems,
        }
    )


@require_POST
def section_autosave(request: HttpRequest, paper_id: int, section_id: int) -> JsonResponse:
    """Saves what is in the form; the state is saved, problem or changed (somebody else saved meanwhile)."""
    row = section_for(request, paper_id, section_id, "write")
    desk = Desk(row)
    form, stances = desk.forms(request.POST)
    if not (form.is_valid() and stances.is_valid()):
        problems = {field: " ".join(map(str, errors)) for field, errors in form.errors.items()}
        return JsonResponse({"state": "problem", "problems": problems or {"": _("入力を確かめてください。")}})
    content = desk.content(form, stances)
    try:
        saved = save_section(row, content, counter=form.cleaned_data["counter"], by=user_of(request), autosave=True)
    except ChangedMeanwhile:
        return JsonResponse({"state": "changed"})
    except CannotEdit as error:
        return JsonResponse({"state": "problem", "problems": error.problems})
    desk = Desk(saved)
    return JsonResponse(
        {
            "state": "saved",
            "counter": saved.counter,
            "time": timezone.localtime().strftime("%H:%M"),
            "opened": desk.forms(None)[0]["opened"].value(),
        }
    )


@require_POST
def section_presence(request: HttpRequest, paper_id: int, section_id: int) -> JsonResponse:
    """Tells that this person has the section open, or (``leave``) no longer has; answers who else has."""
    row = section_for(request, paper_id, section_id, "write")
    user = user_of(request)
    if "leave" in request.POST:
        leave(row, user)
    else:
        attend(row, user)
    names = others_at(row, user)
    text = _("%(names)sさんが編集中") % {"names": _("さん、").join(names)} if names else ""
    return JsonResponse({"others": text})

"""The pages on which the outline of a paper is changed: arranged, added to, taken from, split, merged."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import user_of

from ..access import paper_for, section_for
from ..dividing import merge, split
from ..forms.outline import AddForm, SplitForm
from ..models import Section, Whitepaper
from ..outlines import Entry, bare_entries
from ..outlining import DIRECTIONS, MAX_LEVELS, CannotOutline, add, move, place, remove, restore


@require_http_methods(["GET", "POST"])
def arrange(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The outline with a button for every step. A POST says ``up``, ``down``, ``in`` or ``out`` (the section's id),
    ``restore``, or ``place`` with ``parent`` and ``position``."""
    paper = paper_for(request, paper_id, "write")
    if request.method == "POST":
        return _arranged(request, paper)
    outline = bare_entries(paper)
    moved = next((entry for entry in outline if entry.pk == number_of(request.GET.get("moved"))), None)
    context = paper_context(paper) | {
        "outline": outline,
        "moved": moved.pk if moved else 0,
        "focus": _focus(moved, request.GET.get("by", "")) if moved else "",
    }
    return render(request, "whitepapers/outline_edit.html", context)


def _arranged(request: HttpRequest, paper: Whitepaper) -> HttpResponse:
    posted = request.POST
    direction = next((name for name in DIRECTIONS if name in posted), "")
    try:
        if direction:
            row = move(paper, number_of(posted[direction]), direction, by=user_of(request))
        elif "place" in posted:
            parent = number_of(posted["parent"]) if posted.get("parent") else None
            row = place(
                paper,
                number_of(posted["place"]),
                parent_id=parent,
                position=number_of(posted.get("position")),
                by=user_of(request),
            )
        elif "restore" in posted:
            row = restore(paper, number_of(posted["restore"]), by=user_of(request))
            messages.success(request, _("「%(title)s」をペーパーに戻しました。") % {"title": _name(paper, row.pk)})
        else:
            messages.error(request, _("操作を選んでください。"))
            return redirect("whitepapers:arrange", paper.pk)
    except CannotOutline as error:
        messages.error(request, str(error))
        return _back(paper, number_of(posted.get(direction or "place")), direction)
    return _back(paper, row.pk, direction)


@require_http_methods(["GET", "POST"])
def add_section(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "write")
    outline = bare_entries(paper)
    places = [(entry.pk, "　" * (entry.level - 1) + entry_name(entry)) for entry in outline]
    form = AddForm(
        request.POST or None,
        edition=paper.edition,
        places=places,
        initial={"section": request.GET.get("after", "")},
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            row = add(
                paper,
                kind=cleaned["kind"],
                title=cleaned["title"],
                controls=cleaned["controls"],
                by=user_of(request),
                **form.place(),
            )
        except CannotOutline as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("「%(title)s」を追加しました。") % {"title": _name(paper, row.pk)})
            return _back(paper, row.pk)
    return render(request, "whitepapers/outline_add.html", paper_context(paper) | {"form": form})


@require_http_methods(["GET", "POST"])
def remove_section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """Asks first, and shows what goes."""
    row = section_for(request, paper_id, section_id, "write")
    paper = row.whitepaper
    if request.method == "POST" and "remove" in request.POST:
        title = _name(paper, row.pk)
        try:
            is_gone = remove(paper, row.pk, by=user_of(request))
        except CannotOutline as error:
            messages.error(request, str(error))
            return redirect("whitepapers:remove_section", paper.pk, row.pk)
        sentence = (
            _("「%(title)s」を削除しました。")
            if is_gone
            else _("「%(title)s」をペーパーから外しました。文章と履歴は残っています。")
        )
        messages.success(request, sentence % {"title": title})
        return _back(paper, 0 if is_gone else row.pk)
    outline = bare_entries(paper)
    context = section_context(row, outline) | {"below": _below(outline, row.pk)}
    return render(request, "whitepapers/outline_remove.html", context)


@require_http_methods(["GET", "POST"])
def split_section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    row = section_for(request, paper_id, section_id, "write")
    paper = row.whitepaper
    links = row.section_controls.select_related("control")
    controls = [(link.control_id, f"{link.control.number} {link.control.title_ja}") for link in links]
    form = SplitForm(request.POST or None, controls=controls, initial={"counter": row.counter})
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            new = split(
                paper,
                row.pk,
                line=cleaned["line"],
                title=cleaned["title"],
                controls=cleaned.get("controls", []),
                counter=cleaned["counter"],
                by=user_of(request),
            )
        except CannotOutline as error:
            row.refresh_from_db()
            form = SplitForm(_with_counter(request, row), controls=controls)
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("節を分けました。新しい節は「%(title)s」です。") % {"title": _name(paper, new.pk)}
            )
            return _back(paper, new.pk)
    chosen = number_of(form["line"].value())
    lines = [(n, text, n == chosen) for n, text in enumerate(row.body.split("\n"), start=1)]
    context = section_context(row, bare_entries(paper)) | {
        "form": form,
        "lines": lines,
        "can_split": sum(bool(text.strip()) for _n, text, _is in lines) > 1,
    }
    return render(request, "whitepapers/outline_split.html", context)


def _with_counter(request: HttpRequest, row: Section) -> Any:
    """What was posted, for the text as it is now."""
    changed = request.POST.copy()
    if changed.get("counter") != str(row.counter):
        changed["counter"] = str(row.counter)
        changed.pop("line", None)
    return changed


@require_http_methods(["GET", "POST"])
def merge_section(request: HttpRequest, paper_id: int, section_id: int) -> HttpResponse:
    """Asks first, and shows both texts."""
    row = section_for(request, paper_id, section_id, "write")
    paper = row.whitepaper
    if request.method == "POST" and "merge" in request.POST:
        try:
            merge(paper, row.pk, keep_heading="keep_heading" in request.POST, by=user_of(request))
        except CannotOutline as error:
            messages.error(request, str(error))
            return redirect("whitepapers:merge_section", paper.pk, row.pk)
        messages.success(request, _("2つの節を「%(title)s」にまとめました。") % {"title": _name(paper, row.pk)})
        return _back(paper, row.pk)
    outline = bare_entries(paper)
    own = _entry(outline, row.pk)
    beside = [entry for entry in outline if entry.parent == own.parent and entry.position > own.position]
    following = next((entry for entry in beside if not entry.left_out), None)
    context = section_context(row, outline) | {
        "following": following,
        "following_body": Section.objects.filter(pk=following.pk).values_list("body", flat=True)[0]
        if following
        else "",
    }
    return render(request, "whitepapers/outline_merge.html", context)


def paper_context(paper: Whitepaper) -> dict[str, Any]:
    """What the head of a paper shows on a page that only those see who may write."""
    service = paper.service
    return {"paper": paper, "service": service, "provider": service.provider, "may_write": True}


def section_context(row: Section, outline: list[Entry]) -> dict[str, Any]:
    entry = _entry(outline, row.pk)
    return paper_context(row.whitepaper) | {"section": row, "entry": entry, "heading": entry_name(entry)}


def entry_name(entry: Entry) -> str:
    return f"{entry.number} {entry.title}".strip()


def _entry(outline: list[Entry], pk: int) -> Entry:
    return next(entry for entry in outline if entry.pk == pk)


def _below(outline: list[Entry], pk: int) -> list[Entry]:
    """What hangs below a section, in order."""
    start = next(n for n, entry in enumerate(outline) if entry.pk == pk)
    found = []
    for entry in outline[start + 1 :]:
        if entry.level <= outline[start].level:
            break
        found.append(entry)
    return found


def _name(paper: Whitepaper, pk: int) -> str:
    return entry_name(_entry(bare_entries(paper), pk))


def number_of(text: Any) -> int:
    """An id as a form sends it; 0, which no section has, for anything else."""
    try:
        return int(text)
    except (TypeError, ValueError):
        return 0


def _back(paper: Whitepaper, pk: int, direction: str = "") -> HttpResponseRedirect:
    """To the outline, where the section is now."""
    url = reverse("whitepapers:arrange", args=[paper.pk])
    if not pk:
        return redirect(url)
    # With a fragment browsers ignore the autofocus of the button, which scrolls there as well.
    return redirect(f"{url}?moved={pk}&by={direction}" if direction else f"{url}?moved={pk}#section-{pk}")


def _focus(entry: Entry, direction: str) -> str:
    """The button that takes the focus: the one that was pressed, or the way back where it leads nowhere any more."""
    stuck = {"up": entry.is_first, "down": entry.is_last, "out": entry.level == 1, "in": entry.is_first}
    back = {"up": "down", "down": "up", "out": "in", "in": "out"}
    if direction not in back:
        return ""
    return back[direction] if stuck[direction] or (direction == "in" and entry.level == MAX_LEVELS) else direction

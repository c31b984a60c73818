"""The catalog's pages: everybody who is signed in may read all of it; nothing here belongs to a provider."""

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import facts, phrases, searching
from .crosswalks import elsewhere
from .models import Clause, Control, Edition, FactDefinition, Phrase
from .stances import Stance


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    editions = Edition.objects.newest().annotate(
        control_count=Count("controls"),
        answered_count=Count("controls", filter=Q(controls__in_whitepapers=True)),
    )
    return render(request, "controls/edition_list.html", {"editions": editions})


@require_safe
def edition(request: HttpRequest, slug: str) -> HttpResponse:
    """The clauses, categories and controls of an edition; ``?only=whitepaper`` leaves those papers answer."""
    found = _edition_for(request, slug)
    only_answered = request.GET.get("only") == "whitepaper"
    controls = found.controls.order_by("position")
    if only_answered:
        controls = controls.filter(in_whitepapers=True)
    below: dict[int, list[Control]] = {}
    for each in controls:
        below.setdefault(each.clause_id, []).append(each)
    context = {
        "edition": found,
        "release_query": _release_query(request),
        "only_answered": only_answered,
        "chapters": _chapters(list(found.clauses.order_by("position")), below),
    }
    return render(request, "controls/edition.html", context)


@require_safe
def control(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    if "\0" in number:  # PostgreSQL would refuse to look for it
        raise Http404
    found_edition = _edition_for(request, slug)
    found = get_object_or_404(found_edition.controls.select_related("clause__parent"), number=number)
    found.edition = found_edition
    around = found_edition.controls.filter(position__in=[found.position - 1, found.position + 1])
    neighbours = {each.position: each for each in around}
    definitions = {each.name: each for each in FactDefinition.objects.of(found_edition)}
    context = {
        "control": found,
        "edition": found_edition,
        "release_query": _release_query(request),
        "previous": neighbours.get(found.position - 1),
        "next": neighbours.get(found.position + 1),
        "elsewhere": elsewhere(found),
        "points": [
            (
                point,
                [(each, facts.describe(each.type)) for name in point.facts if (each := definitions.get(name))],
            )
            for point in found.points.order_by("position")
        ],
        "phrases": _by_stance(list(found.phrases.order_by("position")), definitions),
    }
    return render(request, "controls/control.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    found, error = searching.Found(0, []), ""
    try:
        found = searching.search(query)
    except searching.CannotSearch as problem:
        error = str(problem)
    context = {"query": query, "found": found, "error": error, "limit": searching.MAX_HITS}
    return render(request, "controls/search.html", context)


def _edition_for(request: HttpRequest, slug: str) -> Edition:
    """The edition of the newest release, or of the one ``?release=`` names (papers pin an older one)."""
    wanted = request.GET.get("release", "")
    if not wanted:
        return get_object_or_404(Edition.objects.newest(), slug=slug)
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 6:
        raise Http404
    return get_object_or_404(Edition, slug=slug, release=int(wanted))


def _release_query(request: HttpRequest) -> str:
    """What links to other pages of the same release end with."""
    return f"?release={int(request.GET['release'])}" if request.GET.get("release") else ""


Chapter = tuple[Clause, list[tuple[Clause | None, list[Control]]]]


def _chapters(clauses: list[Clause], below: dict[int, list[Control]]) -> list[Chapter]:
    """Clauses with their categories with their controls; those without controls are left out."""
    categories: dict[int, list[Clause]] = {}
    for clause in clauses:
        if clause.parent_id is not None:
            categories.setdefault(clause.parent_id, []).append(clause)
    chapters: list[Chapter] = []
    for clause in clauses:
        if clause.parent_id is not None:
            continue
        groups: list[tuple[Clause | None, list[Control]]] = [
            (each, below[each.pk]) for each in categories.get(clause.pk, []) if each.pk in below
        ]
        if clause.pk in below:
            groups.insert(0, (None, below[clause.pk]))
        if groups:
            chapters.append((clause, groups))
    return chapters


def _by_stance(
    found: list[Phrase], definitions: dict[str, FactDefinition]
) -> list[tuple[str, list[tuple[Phrase, str]]]]:
    """Stance label → phrases with a sample of their text, in the order of the stances."""
    labels = {name: definition.label_ja for name, definition in definitions.items()}
    groups = []
    for stance in Stance:
        those = [phrase for phrase in found if phrase.stance == stance]
        if those:
            groups.append((str(stance.label), [(phrase, _sample(phrase, labels)) for phrase in those]))
    return groups


def _sample(phrase: Phrase, labels: dict[str, str]) -> str:
    try:
        return phrases.sample(phrase.body, labels)
    except phrases.BrokenPhrase:
        return _("この文例は表示できません。")

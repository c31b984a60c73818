"""The pages on which facts are stated, for a provider or for a service: one control at a time, or a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import provider_for, user_of
from controls import facts as kinds
from controls.models import FactDefinition

from ..access import service_for
from ..fact_groups import FactSheet, Group, after
from ..forms.facts import FactsForm
from ..impact import Impact, impact_of, uses_of
from ..stating import KEEP, CannotState, Change, Stated, guard, state_many
from .services import rights

MAX_FOUND = 40  # of a search, on one page


@require_http_methods(["GET", "POST"])
def provider_facts(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """The values that hold for every service that states none of its own."""
    provider = provider_for(request, provider_slug, "write" if request.method == "POST" else "read")
    return _page(request, FactSheet(provider), reverse("whitepapers:provider_facts", args=[provider.slug]))


@require_http_methods(["GET", "POST"])
def service_facts(request: HttpRequest, service_id: int) -> HttpResponse:
    service = service_for(request, service_id, "write" if request.method == "POST" else "read")
    return _page(request, FactSheet(service.provider, service), reverse("whitepapers:service_facts", args=[service.pk]))


@require_safe
def provider_fact_uses(request: HttpRequest, provider_slug: str, fact_name: str) -> HttpResponse:
    """この事実を使う文書: of every service."""
    provider = provider_for(request, provider_slug, "read")
    return _uses(request, FactSheet(provider), fact_name)


@require_safe
def service_fact_uses(request: HttpRequest, service_id: int, fact_name: str) -> HttpResponse:
    service = service_for(request, service_id, "read")
    return _uses(request, FactSheet(service.provider, service), fact_name)


def _uses(request: HttpRequest, sheet: FactSheet, name: str) -> HttpResponse:
    definition = next((each for each in sheet.definitions if each.name == name), None)
    if definition is None:
        raise Http404
    context = {
        "provider": sheet.provider,
        "service": sheet.service,
        "definition": definition,
        "uses": uses_of(sheet.provider, name, service=sheet.service),
    }
    return render(request, "whitepapers/fact_uses.html", context)


def _page(request: HttpRequest, sheet: FactSheet, url: str) -> HttpResponse:
    chosen = _chosen(sheet, request.GET, url)
    slots = [slot for definition in chosen.definitions for slot in sheet.slots(definition)]
    form = FactsForm(slots, request.POST if request.method == "POST" else None, sections=sheet.sections())
    if request.method == "POST" and form.is_valid() and "back" not in request.POST:
        saved = chosen.next_address if request.POST.get("then") == "next" else chosen.address
        response = save_facts(request, form, Way(sheet, chosen.address, saved, _place(sheet)))
        if response is not None:
            return response
    shown = {slot.definition.name for slot in form.slots} if form.is_bound else chosen.visible
    context = {
        "provider": sheet.provider,
        "service": sheet.service,
        "sheet": sheet,
        "chosen": chosen,
        "form": form,
        "facts": [(main, places) for main, places in form.inputs() if main.slot.definition.name in shown],
        "clauses": _clauses(sheet, chosen),
        **rights(request, sheet.provider),
    }
    if sheet.service and sheet.service.archived_at:
        context["can_write"] = False
    return render(request, "whitepapers/facts.html", context)


def _place(sheet: FactSheet) -> str:
    return _("%(name)sの事実") % {"name": sheet.service.name} if sheet.service else _("共通の事実")


@dataclass(frozen=True)
class Chosen:
    """Which facts the address asks for."""

    url: str
    group: Group | None  # None in a search
    words: str
    only: str  # a filter of FactSheet.only, or ""
    definitions: tuple[FactDefinition, ...]
    visible: frozenset[str]  # names of those that the filter lets through
    following: Group | None = None
    is_cut: bool = False

    @property
    def address(self) -> str:
        return self.address_of(self.group, self.words, self.only)

    @property
    def next_address(self) -> str:
        return self.address_of(self.following or self.group, self.words, self.only)

    def address_of(self, group: Group | None, words: str = "", only: str = "") -> str:
        parts = {"group": group.number if group else "", "q": words, "only": only}
        query = urlencode({name: text for name, text in parts.items() if text})
        return f"{self.url}?{query}" if query else self.url

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        """Word, address and whether it is on, of every filter."""
        words = [
            ("", _("すべて")),
            ("missing", _("未記入だけ")),
            ("unconfirmed", _("要確認だけ")),
            ("stale", _("1年以上未確認")),
        ]
        return [(word, self.address_of(self.group, self.words, name), name == self.only) for name, word in words]


def _chosen(sheet: FactSheet, query: QueryDict, url: str) -> Chosen:
    only = query.get("only", "") if query.get("only", "") in sheet.only else ""
    passes = sheet.only.get(only, lambda _definition: True)
    words = query.get("q", "").strip()[:200]
    chosen = Chosen(url, None, words, only, (), frozenset())
    if words:
        found = [definition for definition in sheet.search(words) if passes(definition)]
        few = tuple(found[:MAX_FOUND])
        return replace(chosen, definitions=few, visible=_names(few), is_cut=len(found) > MAX_FOUND)
    passing = [group for group in sheet.groups if any(map(passes, group.definitions))] or sheet.groups
    wanted = [group for group in sheet.groups if group.number == query.get("group")] or passing
    if not wanted:
        return chosen
    group = wanted[0]
    numbers = {other.number for other in passing} | {group.number}
    following = after([other for other in sheet.groups if other.number in numbers], group.number)
    visible = _names(tuple(definition for definition in group.definitions if passes(definition)))
    return replace(chosen, group=group, definitions=group.definitions, visible=visible, following=following)


def _names(definitions: tuple[FactDefinition, ...]) -> frozenset[str]:
    return frozenset(definition.name for definition in definitions)


@dataclass(frozen=True)
class Clause:
    """A heading of the navigation with its groups, each with its address."""

    title: str
    groups: list[tuple[Group, str]]
    is_open: bool

    @property
    def known(self) -> int:
        return sum(group.known for group, _address in self.groups)

    @property
    def all(self) -> int:
        return sum(len(group.definitions) for group, _address in self.groups)


def _clauses(sheet: FactSheet, chosen: Chosen) -> list[Clause]:
    """The navigation; a filter leaves out the groups it empties."""
    passes = sheet.only.get(chosen.only)
    clauses: dict[str, list[Group]] = {}
    for group in sheet.groups:
        if passes is None or group == chosen.group or any(map(passes, group.definitions)):
            clauses.setdefault(group.clause, []).append(group)
    return [
        Clause(title, [(group, chosen.address_of(group, only=chosen.only)) for group in groups], chosen.group in groups)
        for title, groups in clauses.items()
    ]


@dataclass(frozen=True)
class Way:
    """What a form of facts leads to: ``address`` takes it, also from the page between; ``saved`` comes after it."""

    sheet: FactSheet
    address: str
    saved: str
    place: str  # where the form stands, in words


def save_facts(request: HttpRequest, form: FactsForm, way: Way) -> HttpResponse | None:
    """Saves a valid form and goes on, or shows first what that would change in papers. None when it is refused, and
    the form then says why."""
    provider, service = way.sheet.provider, way.sheet.service
    changes = form.changes(confirm_all="confirm_all" in request.POST)
    try:
        guard(provider, changes, service=service)
        impact = impact_of(provider, changes, service=service)
        if impact and request.POST.get("announced") != impact.digest:
            return _announce(request, form, way, changes, impact)
        done = state_many(provider, changes, service=service, by=user_of(request))
    except CannotState as error:
        form.add_error(None, str(error))
        form.show_conflicts(error.conflicts)
        return None
    messages.success(request, _told(done))
    return redirect(way.saved)


@dataclass(frozen=True)
class Restated:
    """A fact whose value changes, as the page that announces it lists it; "" for no value."""

    label: str
    before: str
    after: str


def _announce(
    request: HttpRequest, form: FactsForm, way: Way, changes: Sequence[Change], impact: Impact
) -> HttpResponse:
    """Everything that would be printed differently; what was entered travels along and is saved from there."""
    asked = {change.place: change for change in changes if change.value is not KEEP}
    restated = []
    for slot in form.slots:
        change = asked.get((slot.definition.name, slot.location.pk if slot.location else None))
        if change:
            after = "" if change.value is None else kinds.display(slot.definition.type, change.value)
            restated.append(Restated(str(form.fields[f"f_{slot.key}"].label), slot.display, after))
    ours = {"csrfmiddlewaretoken", "announced", "back"}
    context = {
        "provider": way.sheet.provider,
        "service": way.sheet.service,
        "way": way,
        "restated": restated,
        "impact": impact,
        "is_overtaken": "announced" in request.POST,
        "entered": [(name, value) for name, values in request.POST.lists() if name not in ours for value in values],
    }
    return render(request, "whitepapers/fact_impact.html", context)


def _told(done: Stated) -> str:
    parts = [
        _("%(n)s件の事実を保存しました。") % {"n": done.changed} if done.changed else "",
        _("%(n)s件を未記入に戻しました。") % {"n": done.retracted} if done.retracted else "",
        _("%(n)s件を確認済みにしました。") % {"n": done.confirmed} if done.confirmed else "",
    ]
    return "".join(parts) or _("変更はありませんでした。")

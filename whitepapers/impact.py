"""What a change of facts would do to the papers that print them, and which papers print a fact at all.

Reads rows, writes none. The number of queries does not grow with papers, services or facts.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When, prefetch_related_objects

from accounts.models import Provider
from controls.crosswalks import mapped
from controls.models import Edition, FactDefinition

from .checks import Finding, check
from .compose import compose_from
from .facts import KnownFact, StatedValues, definitions, most_specific, stated_values
from .markdown import PLACEHOLDER
from .models import Fact, Section, Service, Whitepaper
from .sentences import ChangedSection, changed_sections
from .sources import Point, Source, outline, points_of
from .stating import KEEP, Change
from .text import InvalidText, placeholders

_MAX_NAMES = 5  # of facts asked for by name; for more, every text with a placeholder is looked through


@dataclass(frozen=True)
class PaperImpact:
    """A paper that would print something else."""

    paper: Whitepaper
    sections: tuple[ChangedSection, ...]
    findings: tuple[Finding, ...]  # that the change brings


@dataclass(frozen=True)
class Impact:
    """Every paper in use whose text a change of facts would change; false when there is none."""

    papers: tuple[PaperImpact, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.papers)

    @property
    def section_count(self) -> int:
        return sum(len(paper.sections) for paper in self.papers)

    @property
    def sentence_count(self) -> int:
        return sum(len(section.sentences) for paper in self.papers for section in paper.sections)

    @cached_property
    def digest(self) -> str:
        """Of all that is announced: whoever agrees to it agrees to this and nothing else."""
        told = [
            (each.paper.pk, section.anchor, [(sentence.before, sentence.after) for sentence in section.sentences])
            for each in self.papers
            for section in each.sections
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()


def impact_of(provider: Provider, changes: Sequence[Change], *, service: Service | None = None) -> Impact:
    """What ``changes``, stated for the provider or for ``service``, would change in the papers that are in use. Their
    values are canonical."""
    stated = {change.place: change.value for change in changes if change.value is not KEEP}
    if not stated:
        return Impact()
    is_own = service is not None
    places = _mentions(provider, {name for name, _location in stated}, service)
    shelf = _Shelf.of(places)
    found = []
    for paper in shelf.papers:
        values = shelf.values(paper.service)
        changed = {name: dict(values.get(name, {})) for name, _location in stated}
        for (name, location), value in stated.items():
            changed[name].pop((is_own, location), None)
            if value is not None:
                changed[name][is_own, location] = value
        before, after = shelf.facts(paper, values), shelf.facts(paper, changed, changed)
        names = {name for name in changed if before.get(name) != after.get(name)}
        if wanted := {pk for pk, mentioned in places[paper.pk].items() if names & mentioned}:
            found.append((paper, wanted, before, {**_without(before, changed), **after}))
    impacts = []
    for paper, wanted, before, after in found:
        source = shelf.source(paper, before, wanted)
        was, becomes = compose_from(source), compose_from(replace(source, facts=after))
        if sections := changed_sections(was, becomes):
            known = set(check(was))
            news = tuple(finding for finding in check(becomes) if finding not in known)
            impacts.append(PaperImpact(paper, sections, news))
    return Impact(tuple(impacts))


def _without(facts: Mapping[str, KnownFact], names: Collection[str]) -> dict[str, KnownFact]:
    return {name: fact for name, fact in facts.items() if name not in names}


# --- Which papers print a fact ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Use:
    """A paper that prints a fact: what it prints for it ("" while it is unknown), and where."""

    paper: Whitepaper
    display: str
    sections: tuple[tuple[int, str], ...]  # pk and heading


def uses_of(provider: Provider, name: str, *, service: Service | None = None) -> list[Use]:
    """The papers in use, of the service or of all services, whose text has a place for the fact."""
    places = _mentions(provider, {name}, service)
    shelf = _Shelf.of(places)
    found = []
    for paper in shelf.papers:
        facts = shelf.facts(paper, shelf.values(paper.service))
        document = compose_from(shelf.source(paper, facts, ()))
        wanted = {f"s{pk}": pk for pk in places[paper.pk]}
        sections = tuple((wanted[each.anchor], each.heading) for each in document.walk() if each.anchor in wanted)
        if sections:
            known = facts.get(name)
            found.append(Use(paper, known.display(paper.language) if known else "", sections))
    return found


def _mentions(
    provider: Provider, names: Collection[str], service: Service | None
) -> dict[int, dict[int, frozenset[str]]]:
    """Paper → section → those of ``names`` that its text has a placeholder for. One query."""
    papers = Whitepaper.objects.of(provider)
    if service is not None:
        papers = papers.filter(service=service)
    inherits = Q(standard_answer__isnull=False, departed_from=None)
    rows = Section.objects.filter(whitepaper__in=papers.order_by().values("pk"), included=True)
    texts = rows.annotate(text=Case(When(inherits, then=F("standard_answer__body")), default=F("body")))
    wanted = names if len(names) <= _MAX_NAMES else ["{{"]
    hits = texts.filter(reduce(or_, (Q(text__contains=each) for each in wanted)))
    found: dict[int, dict[int, frozenset[str]]] = defaultdict(dict)
    for paper, section, text in hits.order_by().values_list("whitepaper", "pk", "text"):
        if mentioned := _named(text).intersection(names):
            found[paper][section] = frozenset(mentioned)
    return found


def _named(text: str) -> set[str]:
    """The facts that a text has placeholders for."""
    try:
        found = [placed.placeholder for placed in placeholders(text)]
    except InvalidText:  # nobody could save it so; better too many than too few
        return {match["name"] for match in PLACEHOLDER.finditer(text)}
    return {placeholder.name for placeholder in found if placeholder.kind == "fact"}


# --- Reading ------------------------------------------------------------------------------------------------------


@dataclass
class _Shelf:
    """Everything about some papers, read at once."""

    papers: list[Whitepaper]
    sections: Mapping[int, list[Section]]  # by paper
    common: StatedValues  # of the provider
    own: Mapping[int, StatedValues]  # by service
    points: Mapping[int, list[Point]]
    _definitions: dict[int, Mapping[str, FactDefinition]] = field(default_factory=dict)  # by release
    _mapped: dict[tuple[int, int], Mapping[str, list[str]]] = field(default_factory=dict)  # by pair of editions

    @classmethod
    def of(cls, wanted: Collection[int]) -> _Shelf:
        papers = list(
            Whitepaper.objects.filter(pk__in=wanted)
            .select_related("service__provider", "edition", "second_edition")
            .order_by("service__name", "pk")
        )
        prefetch_related_objects(papers, "service__locations", "history_rows")
        sections: dict[int, list[Section]] = defaultdict(list)
        for row in outline(Section.objects.filter(whitepaper__in=wanted)):
            sections[row.whitepaper_id].append(row)
        services = {paper.service_id for paper in papers}
        rows = _facts(papers).filter(Q(service=None) | Q(service__in=services))
        by_service: dict[int | None, list[Fact]] = defaultdict(list)
        for fact in rows:
            by_service[fact.service_id].append(fact)
        return cls(
            papers=papers,
            sections=sections,
            common=stated_values(by_service.pop(None, [])),
            own={service: stated_values(facts) for service, facts in by_service.items() if service},
            points=points_of(row for rows in sections.values() for row in rows),
        )

    def values(self, service: Service) -> dict[str, dict[tuple[bool, int | None], Any]]:
        """What is stated for a service and for its provider."""
        own = self.own.get(service.pk, {})
        return {name: {**self.common.get(name, {}), **own.get(name, {})} for name in {*self.common, *own}}

    def facts(
        self, paper: Whitepaper, values: StatedValues, names: Iterable[str] | None = None
    ) -> dict[str, KnownFact]:
        """What a paper prints of ``values``, or of those of them that are named."""
        by_name = self.definitions(paper.edition)
        chosen = by_name if names is None else {name: by_name[name] for name in names if name in by_name}
        return most_specific(chosen, values, list(paper.service.locations.all()))

    def definitions(self, edition: Edition) -> Mapping[str, FactDefinition]:
        if edition.release_id not in self._definitions:
            self._definitions[edition.release_id] = definitions(edition)
        return self._definitions[edition.release_id]

    def mapped(self, paper: Whitepaper) -> Mapping[str, list[str]]:
        if paper.second_edition is None:
            return {}
        pair = paper.edition.pk, paper.second_edition.pk
        if pair not in self._mapped:
            self._mapped[pair] = mapped(paper.edition, paper.second_edition)
        return self._mapped[pair]

    def source(self, paper: Whitepaper, facts: Mapping[str, KnownFact], only: Collection[int]) -> Source:
        """Figures are left out: no fact changes one."""
        return Source(
            paper=paper,
            sections=self.sections[paper.pk],
            definitions=self.definitions(paper.edition),
            facts=facts,
            points=self.points,
            mapped=self.mapped(paper),
            figures={},
            only=only,
        )


def _facts(papers: Sequence[Whitepaper]) -> QuerySet[Fact]:
    return Fact.objects.filter(provider__in={paper.service.provider_id for paper in papers})

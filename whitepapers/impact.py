"""What a change of facts would do to the papers that print them, and which papers print a fact at all.

Reads rows, writes none. The number of queries does not grow with papers, services or facts.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from types import MappingProxyType
from typing import Any, TypeAlias

from django.db.models import Case, F, Q, When, prefetch_related_objects

from accounts.models import Provider

from .checks import Finding, check
from .compose import excerpts
from .facts import KnownFact, Place, StatedValues, definitions, most_specific, stated_values
from .markdown import PLACEHOLDER
from .models import Fact, Section, Service, Whitepaper
from .sentences import ChangedSection, changed_sections
from .sources import Heading, Point, Row, Source, controls_of, headings_of, points, with_texts
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
    names = {name for name, _location in stated}
    places = _mentions(provider, names, service)
    papers = _papers(places)
    now = _Stated.of(provider, papers, names)
    turns = [turn for paper in papers if (turn := _turn(paper, places[paper.pk], now, stated, service))]
    beside = {name for turn in turns for pk in turn.printing for name in places[turn.paper.pk][pk]} - names
    others = _Stated.of(provider, [turn.paper for turn in turns], beside)
    outlines = headings_of([turn.paper.pk for turn in turns])
    answers = _Answers.of(outlines)
    wanted = {turn.paper.pk: answers.beside(turn, outlines[turn.paper.pk]) for turn in turns}
    rows = with_texts(outlines, [pk for sections in wanted.values() for pk in sections])
    impacts = []
    for turn in turns:
        source = _source(turn.paper, rows[turn.paper.pk], others.facts(turn.paper), answers.points)
        was, becomes = excerpts(source, wanted[turn.paper.pk], (turn.before, turn.after))
        if sections := changed_sections(was, becomes):
            known = set(check(was))
            news = tuple(finding for finding in check(becomes) if finding not in known)
            impacts.append(PaperImpact(turn.paper, sections, news))
    return Impact(tuple(impacts))


@dataclass(frozen=True)
class _Turn:
    """A paper that prints some of the facts otherwise: what it makes of all that are stated, their names, and where."""

    paper: Whitepaper
    before: Mapping[str, KnownFact]
    after: Mapping[str, KnownFact]
    names: frozenset[str]  # of those that differ
    printing: frozenset[int]  # sections (pk)


def _turn(
    paper: Whitepaper,
    mentioned: Mapping[int, frozenset[str]],
    now: _Stated,
    stated: Mapping[tuple[str, int | None], Any],
    service: Service | None,
) -> _Turn | None:
    """None when the paper prints nothing that differs."""
    values = now.values(paper.service)
    changed = {name: dict(values.get(name, {})) for name, _location in stated}
    for (name, location), value in stated.items():
        place = service is not None, location
        changed[name].pop(place, None)
        if value is not None:
            changed[name][place] = value
    before, after = _facts(paper, values), _facts(paper, changed)
    names = frozenset(name for name in changed if before.get(name) != after.get(name))
    printing = frozenset(section for section, named in mentioned.items() if names & named)
    return _Turn(paper, before, after, names, printing) if printing else None


@dataclass(frozen=True)
class _Answers:
    """The disclosure points of some outlines, and which controls a fact answers one of."""

    points: Mapping[int, list[Point]]
    controls: Mapping[str, set[int]]  # by the name of the key fact

    @classmethod
    def of(cls, outlines: Mapping[int, list[Heading]]) -> _Answers:
        answered = {each.pk for rows in outlines.values() for row in rows for each in controls_of(row)}
        by_control = points(answered)
        controls: dict[str, set[int]] = defaultdict(set)
        for control, its in by_control.items():
            for point in its:
                if point.facts:
                    controls[point.facts[0]].add(control)
        return cls(by_control, controls)

    def beside(self, turn: _Turn, outline: Iterable[Heading]) -> set[int]:
        """The sections that print one of the facts, and all others of the controls for which one of them is an answer:
        only together do they tell whether it is given."""
        touched = set().union(*(self.controls.get(name, ()) for name in turn.names))
        return {*turn.printing} | {row.pk for row in outline if any(each.pk in touched for each in controls_of(row))}


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
    papers = _papers(places)
    stated = _Stated.of(provider, papers, {name})
    outlines = headings_of(places)
    found = []
    for paper in papers:
        anchors = {f"s{pk}": pk for pk in places[paper.pk]}
        (document,) = excerpts(_source(paper, outlines[paper.pk]), places[paper.pk], ({},))
        if sections := tuple((anchors[each.anchor], each.heading) for each in document.walk()):
            known = stated.facts(paper).get(name)
            found.append(Use(paper, known.display(paper.language) if known else "", sections))
    return found


Places: TypeAlias = dict[int, dict[int, frozenset[str]]]  # paper → section → facts that its text has placeholders for


def _mentions(provider: Provider, names: Collection[str], service: Service | None) -> Places:
    """The papers and sections whose text has a placeholder for one of ``names``. One query."""
    papers = Whitepaper.objects.of(provider)
    if service is not None:
        papers = papers.filter(service=service)
    inherits = Q(standard_answer__isnull=False, departed_from=None)
    rows = Section.objects.filter(whitepaper__in=papers.order_by().values("pk"), included=True)
    texts = rows.annotate(text=Case(When(inherits, then=F("standard_answer__body")), default=F("body")))
    wanted = names if len(names) <= _MAX_NAMES else ["{{"]
    hits = texts.filter(reduce(or_, (Q(text__contains=each) for each in wanted)))
    found: Places = defaultdict(dict)
    for paper, section, text in hits.order_by().values_list("whitepaper", "pk", "text"):
        if any(name in text for name in names) and (named := _named(text)) & set(names):
            found[paper][section] = named
    return found


def _named(text: str) -> frozenset[str]:
    """The facts that a text has placeholders for."""
    try:
        found = [placed.placeholder for placed in placeholders(text)]
    except InvalidText:  # nobody could save it so; better too many than too few
        return frozenset(match["name"] for match in PLACEHOLDER.finditer(text))
    return frozenset(placeholder.name for placeholder in found if placeholder.kind == "fact")


# --- Reading ------------------------------------------------------------------------------------------------------


def _papers(wanted: Collection[int]) -> list[Whitepaper]:
    """The papers (pk) with all that belongs to their service. Two queries."""
    papers = Whitepaper.objects.filter(pk__in=wanted).select_related(
        "service__provider", "edition__release", "second_edition"
    )
    found = list(papers.order_by("service__name", "pk"))
    prefetch_related_objects(found, "service__locations")
    return found


@dataclass(frozen=True)
class _Stated:
    """What a provider and some of its services state for some facts."""

    common: StatedValues
    own: Mapping[int, StatedValues]  # by service

    @classmethod
    def of(cls, provider: Provider, papers: Iterable[Whitepaper], names: Collection[str]) -> _Stated:
        """Of the services that have ``papers``, for the facts that are named. One query."""
        services = {paper.service_id for paper in papers}
        rows = Fact.objects.filter(Q(service=None) | Q(service__in=services), provider=provider, name__in=names)
        by_service: dict[int | None, list[Fact]] = defaultdict(list)
        for fact in rows.order_by():
            by_service[fact.service_id].append(fact)
        common = stated_values(by_service.pop(None, []))
        return cls(common, {service: stated_values(facts) for service, facts in by_service.items() if service})

    def values(self, service: Service) -> dict[str, dict[Place, Any]]:
        """What is stated for a service and for its provider."""
        own = self.own.get(service.pk, {})
        return {name: {**self.common.get(name, {}), **own.get(name, {})} for name in {*self.common, *own}}

    def facts(self, paper: Whitepaper) -> dict[str, KnownFact]:
        return _facts(paper, self.values(paper.service))


def _facts(paper: Whitepaper, values: StatedValues) -> dict[str, KnownFact]:
    """What a paper makes of ``values``."""
    return most_specific(definitions(paper.edition), values, list(paper.service.locations.all()))


def _source(
    paper: Whitepaper,
    sections: Iterable[Row],
    facts: Mapping[str, KnownFact] = MappingProxyType({}),
    points: Mapping[int, list[Point]] = MappingProxyType({}),
) -> Source[Row]:
    """Without figures and the numbers of a second edition: no fact changes one."""
    return Source(
        paper=paper,
        sections=sections,
        definitions=definitions(paper.edition),
        facts=facts,
        points=points,
        mapped={},
        figures={},
    )

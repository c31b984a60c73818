"""Controls × services: how each service answers each control, by the shared text or by its own. Reads rows, writes none.

The number of queries of each function is constant: neither controls, services, sections nor answers add to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, QuerySet
from django.db.models.functions import Left

from accounts.models import Provider
from controls.models import Clause, Control, Edition, FactDefinition
from controls.stances import Stance

from .answer_states import State
from .compose import answer_of
from .excerpts import Piece, difference, excerpt, readable
from .models import Section, SectionControl, Service, StandardAnswer, Whitepaper

MAX_SERVICES = 12  # columns of the matrix
EXCERPT = 200  # characters that are read of each text


_URGENCY = [State.OPEN, State.NEWER, State.OWN, State.OVERRIDDEN, State.SHARED]


# --- Standard answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shared:
    """A standard answer as lists show it."""

    pk: int
    number: str
    part: str
    newest: int  # its newest revision
    start: str  # of its text
    is_blank: bool
    stances: tuple[str, ...]


def shared_answers(provider: Provider, edition_slug: str, number: str = "") -> dict[int, Shared]:
    """The provider's answers for an edition (or one control of it), by pk, the main one of each control first. One query."""
    rows = StandardAnswer.objects.filter(provider=provider, control__edition__slug=edition_slug)
    if number:
        rows = rows.filter(control__number=number)
    values = rows.annotate(newest=Max("revisions__pk"), start=Left("body", EXCERPT)).order_by("part", "pk")
    return {
        pk: Shared(pk, number, part, newest or 0, start, not start and not stances, stance_labels(stances))
        for pk, number, part, newest, start, stances in values.values_list(
            "pk", "control__number", "part", "newest", "start", "stances"
        )
    }


def stance_labels(stances: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """提供・実施している（お客様環境), and so on."""
    known = [(str(Stance(each["stance"]).label), each.get("scope", "")) for each in stances if each["stance"] in Stance]
    return tuple(f"{label}（{scope}）" if scope else label for label, scope in known)


def _state(answer: int | None, departed_from: int | None, is_blank: bool, shared: Mapping[int, Shared]) -> State:
    if answer is not None and departed_from is None:
        known = shared.get(answer)
        return State.OPEN if known is not None and known.is_blank else State.SHARED
    if is_blank:
        return State.OPEN
    if answer is None or departed_from is None:
        return State.OWN
    known = shared.get(answer)
    return State.NEWER if known is not None and known.newest > departed_from else State.OVERRIDDEN


# --- Sections that answer controls ------------------------------------------------------------------------------------

_PARENTS = ("section__parent", "section__parent__parent", "section__parent__parent__parent")
_IN_PAPER = Q(section__included=True)
for _parent in _PARENTS:  # what hangs below a section that is left out is left out too
    _IN_PAPER &= Q(**{_parent: None}) | Q(**{f"{_parent}__included": True})
_BLANK = ExpressionWrapper(Q(section__body="", section__stances=[]), output_field=BooleanField())


def _links(provider: Provider, edition_slug: str) -> QuerySet[Any]:
    """Section × control of every paper in use, whatever release of the edition it pins."""
    return SectionControl.objects.filter(
        _IN_PAPER,
        control__edition__slug=edition_slug,
        section__whitepaper__service__provider=provider,
        section__whitepaper__service__archived_at=None,
        section__whitepaper__archived_at=None,
    ).annotate(blank=_BLANK)


@dataclass(frozen=True, slots=True)
class Entry:
    """A section that answers a control for a service."""

    paper: int
    section: int
    state: State


@dataclass(frozen=True, slots=True)
class Cell:
    service: Service
    entries: tuple[Entry, ...]

    @property
    def states(self) -> set[State]:
        return {entry.state for entry in self.entries} or {State.ABSENT}


@dataclass(frozen=True, slots=True)
class Row:
    control: Control
    answers: tuple[Shared, ...]
    cells: tuple[Cell, ...]

    @property
    def states(self) -> set[State]:
        return {state for cell in self.cells for state in cell.states}


def matrix(provider: Provider, edition: Edition, services: Sequence[Service], controls: Sequence[Control]) -> list[Row]:
    """A row per control with a cell per service. Two queries."""
    shared = shared_answers(provider, edition.slug)
    found: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    links = _links(provider, edition.slug).filter(section__whitepaper__service__in=services)
    for number, service, paper, section, answer, departed, blank in links.order_by("section__position", "pk").values_list(
        "control__number", "section__whitepaper__service", "section__whitepaper", "section", "section__standard_answer",
        "section__departed_from", "blank",
    ):  # fmt: skip
        found[number, service].append(Entry(paper, section, _state(answer, departed, blank, shared)))
    answers = _by_number(shared)
    return [
        Row(
            control,
            tuple(answers.get(control.number, ())),
            tuple(Cell(service, tuple(found.get((control.number, service.pk), ()))) for service in services),
        )
        for control in controls
    ]


def _by_number(shared: Mapping[int, Shared]) -> dict[str, list[Shared]]:
    by_number: dict[str, list[Shared]] = defaultdict(list)
    for answer in shared.values():
        by_number[answer.number].append(answer)
    return by_number


# --- One control × all services ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A service's answer to one control; without a section only the service is known."""

    service: Service
    state: State
    paper: int | None = None
    section: int | None = None
    answer: int | None = None  # the standard answer it inherits or departed from
    progress: str = ""
    start: str = ""
    stances: tuple[str, ...] = ()


def lines(provider: Provider, control: Control, shared: Mapping[int, Shared], words: Mapping[str, str]) -> list[Line]:
    """Every active service with its answer, or its answers when several sections give one. Two queries."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    links = _links(provider, control.edition.slug).filter(control__number=control.number)
    columns = links.order_by("section__position", "pk").values(
        "blank",
        service=F("section__whitepaper__service"),
        paper=F("section__whitepaper"),
        node=F("section"),
        answer=F("section__standard_answer"),
        departed=F("section__departed_from"),
        done=F("section__progress"),
        own_stances=F("section__stances"),
        start=Left("section__body", EXCERPT),
    )
    for column in columns:
        found[column["service"]].append(column)
    listed: list[Line] = []
    for service in provider.services.active():
        if service.pk not in found:
            listed.append(Line(service, State.ABSENT))
        listed += [_line(service, column, shared, words) for column in found.get(service.pk, ())]
    return listed


def _line(service: Service, column: Mapping[str, Any], shared: Mapping[int, Shared], words: Mapping[str, str]) -> Line:
    state = _state(column["answer"], column["departed"], column["blank"], shared)
    start, stances = column["start"], stance_labels(column["own_stances"])
    if column["answer"] is not None and column["departed"] is None and (answer := shared.get(column["answer"])):
        start, stances = answer.start, answer.stances
    return Line(
        service=service,
        state=state,
        paper=column["paper"],
        section=column["node"],
        answer=column["answer"],
        progress=str(Section.Progress(column["done"]).label),
        start=excerpt(start, words),
        stances=stances,
    )


# --- The list of standard answers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overview:
    """A control with its standard answers and how the services stand to them."""

    control: Control
    answers: tuple[Shared, ...]
    counts: Mapping[State, int]  # sections, and for ABSENT services

    @property
    def tally(self) -> list[tuple[State, int]]:
        return [(state, self.counts[state]) for state in (*reversed(_URGENCY), State.ABSENT) if self.counts.get(state)]


def overviews(provider: Provider, edition: Edition, controls: Sequence[Control]) -> list[Overview]:
    """Every control with its standard answers and counts. Four queries, whatever the number of services."""
    shared = shared_answers(provider, edition.slug)
    links = _links(provider, edition.slug)
    counts: dict[str, Counter[State]] = defaultdict(Counter)
    grouped = links.order_by().values_list(
        "control__number", "section__standard_answer", "section__departed_from", "blank"
    )
    for number, answer, departed, blank, n in grouped.annotate(n=Count("pk")):
        counts[number][_state(answer, departed, blank, shared)] += n
    having = dict(
        links.order_by().values_list("control__number").annotate(n=Count("section__whitepaper__service", distinct=True))
    )
    services = provider.services.active().count()
    answers = _by_number(shared)
    for control in controls:
        counts[control.number][State.ABSENT] = services - having.get(control.number, 0)
    return [Overview(control, tuple(answers.get(control.number, ())), counts[control.number]) for control in controls]


# --- What a page offers to choose from ---------------------------------------------------------------------------------


def editions_in_use(provider: Provider) -> list[Edition]:
    """The editions papers may be written for, those the provider has most papers for first. Two queries."""
    papers = Whitepaper.objects.of(provider).order_by().values_list("edition__slug").annotate(n=Count("pk"))
    used = dict(papers)
    return sorted(Edition.objects.for_papers(), key=lambda edition: -used.get(edition.slug, 0))


@dataclass(frozen=True)
class Catalog:
    """The controls of an edition, and the headings they stand under."""

    edition: Edition
    controls: Sequence[Control]

    @classmethod
    def of(cls, edition: Edition) -> Catalog:
        """One query."""
        return cls(edition, list(edition.controls.select_related("clause__parent", "edition")))

    @cached_property
    def clauses(self) -> list[Clause]:
        """The top headings of those controls, in order."""
        found = {(top := control.clause.parent or control.clause).pk: top for control in self.controls}
        return sorted(found.values(), key=lambda clause: clause.position)

    def chosen(self, *, every: bool, clause: str = "", also: Collection[str] = ()) -> list[Control]:
        """The controls that papers answer (all of them with ``every``, and those numbered in ``also``) below a clause."""
        return [
            control
            for control in self.controls
            if (every or control.in_whitepapers or control.number in also)
            and (not clause or (control.clause.parent or control.clause).number == clause)
        ]


# --- One section ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerState:
    """What ``whitepapers/section_answer.html`` shows of a section."""

    section: Section
    state: State
    answer: StandardAnswer | None  # it inherits, or departed from
    pieces: Sequence[Piece]  # from the shared text to the section's own, when it departed
    stances: Sequence[tuple[str, str]]  # (removed or added, label), likewise
    choices: Sequence[StandardAnswer]  # it could take, when it has none
    may_share: bool
    counter: int  # of the standard answer that a button of the page is about

    @property
    def inherits(self) -> bool:
        return self.answer is not None and self.section.departed_from_id is None

    @property
    def overrides(self) -> bool:
        return self.answer is not None and self.section.departed_from_id is not None

    @property
    def is_newer(self) -> bool:
        return self.state == State.NEWER

    @property
    def differs(self) -> bool:
        return bool(self.stances) or any(piece.kind != "same" for piece in self.pieces)


def answer_state(section: Section, definitions: Mapping[str, FactDefinition] | None = None) -> AnswerState | None:
    """How the section stands to the standard answers; None for one that answers no control. At most three queries.

    With ``definitions`` facts stand in the difference by their label instead of their name.
    """
    if section.kind != Section.Kind.CONTROL:
        return None
    paper = section.whitepaper
    numbers = [link.control.number for link in section.section_controls.select_related("control")]
    body, stances = answer_of(section)
    answer = section.standard_answer
    if answer is None:
        provider, slug = paper.service.provider, paper.edition.slug
        choices = list(
            StandardAnswer.objects.filter(
                provider=provider, control__edition__slug=slug, control__number__in=numbers
            ).select_related("control")
        )
        main = next((each for each in choices if not each.part), None)
        may_share = len(numbers) == 1 and bool(body or stances)
        state = State.OWN if body or stances else State.OPEN
        return AnswerState(section, state, None, (), (), choices, may_share, main.counter if main else 0)
    newest = answer.revisions.values_list("pk", flat=True).first() or 0
    shared = {
        answer.pk: Shared(answer.pk, "", answer.part, newest, answer.body, not answer.body and not answer.stances, ())
    }
    state = _state(answer.pk, section.departed_from_id, not body and not stances, shared)
    if section.departed_from_id is None:
        return AnswerState(section, state, answer, (), (), (), False, answer.counter)
    words = {name: f"〔{definition.label_ja}〕" for name, definition in (definitions or {}).items()}
    pieces = difference(readable(answer.body, words), readable(body, words))
    return AnswerState(
        section,
        state,
        answer,
        pieces,
        _stance_difference(answer.stances, stances),
        (),
        bool(body or stances),
        answer.counter,
    )


def _stance_difference(
    before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]
) -> list[tuple[str, str]]:
    old, new = stance_labels(before), stance_labels(after)
    return [("removed", label) for label in old if label not in new] + [
        ("added", label) for label in new if label not in old
    ]

"""What audit entries are about, in the words of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.log import Event, Subject
from controls import facts as kinds
from controls.models import FactDefinition

from .models import Fact, Location, Section, Service, Whitepaper


def of_paper(paper: Whitepaper, kind: str = "paper", pk: int | None = None) -> Subject:
    """The paper, or what ``kind`` and ``pk`` name of it: a round, a version. Papers of many services have the same title."""
    return Subject(kind, pk or paper.pk, f"{paper.service.name} {paper.title}", paper=paper.pk)


def of_section(section: Section) -> Subject:
    return Subject("section", section.pk, heading(section), paper=section.whitepaper_id)


def heading(section: Section) -> str:
    """The heading without its number: the section's own, or its first control's, which costs a query."""
    if section.title:
        return section.title
    link = section.section_controls.select_related("control").first()
    return link.control.title_ja if link else str(section)


def definitions_of(names: Iterable[str]) -> dict[str, FactDefinition]:
    """The newest definitions of facts, for ``fact_event``; one query, none for no names."""
    wanted = set(names)
    found = FactDefinition.objects.newest().filter(name__in=wanted) if wanted else ()
    return {definition.name: definition for definition in found}


def fact_event(  # noqa: PLR0913 - a fact is that many things
    action: str,
    name: str,
    definition: FactDefinition | None,
    *,
    pk: int | None,
    service: Service | None,
    location: Location | None,
    **told: Any,
) -> Event:
    """Something that happened to a fact. ``before`` and ``after`` are values, told as they are printed."""
    for key in {"before", "after"} & told.keys():
        told[key] = _shown(definition, told[key])
    places = "、".join(place.name for place in (service, location) if place)
    label = definition.label_ja if definition else name
    data = {"name": name, "service": service.pk if service else None, **told}
    if location:
        data["location"] = location.name
    return Event(action, Subject("fact", pk, f"{label}（{places}）" if places else label), data)


def stated_anew(facts: Iterable[Fact]) -> list[Event]:
    """That each of these facts, which was not there before, was stated."""
    rows = list(facts)
    definitions = definitions_of(fact.name for fact in rows)
    return [
        fact_event(
            "fact.stated",
            fact.name,
            definitions.get(fact.name),
            pk=fact.pk,
            service=fact.service,
            location=fact.location,
            before=None,
            after=fact.value,
        )
        for fact in rows
    ]


def _shown(definition: FactDefinition | None, value: Any) -> str | None:
    if value is None:
        return None
    return kinds.display(definition.type, value) if definition else str(value)

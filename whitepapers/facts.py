"""What is known about a service: its facts with the most specific value of each. Reads rows, writes none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from django.db.models import Q

from controls import facts as kinds
from controls.models import Edition, FactDefinition

from .document import Cell, Inline, Link, Table, Text
from .models import Fact, Location, Service
from .words import word


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as one service states it. ``places`` holds a value per location where the locations differ, else nothing."""

    definition: FactDefinition
    value: Any  # canonical JSON, see controls.facts; None where the locations differ
    places: tuple[tuple[str, Any], ...] = ()

    @property
    def is_table(self) -> bool:
        return bool(self.definition.type["kind"] == "table")

    def display(self, language: str = "ja") -> str:
        """The printed form; values that differ by location are printed with the location's name."""
        if not self.places:
            return kinds.display(self.definition.type, self.value, language)
        return "、".join(
            f"{name}：{kinds.display(self.definition.type, value, language)}" for name, value in self.places
        )

    def table(self, language: str) -> Table:
        """The printed form of a table, where it stands alone; rows that differ by location begin with its name."""
        places = self.places or (("", self.value),)
        heads, cells = kinds.table_cells(self.definition.type, [row for _, value in places for row in value], language)
        if self.places:
            names = [name for name, value in places for _ in value]
            heads, cells = (
                [word("location", language), *heads],
                [[n, *row] for n, row in zip(names, cells, strict=True)],
            )
        return Table(
            head=tuple(Cell((Text(head),)) for head in heads),
            rows=tuple(tuple(Cell(_cell(text)) for text in row) for row in cells),
            fact=self.definition.name,
        )

    @property
    def json(self) -> Any:
        """The value for a Document's meta part."""
        return [{"location": name, "value": value} for name, value in self.places] if self.places else self.value

    @property
    def unit(self) -> str:
        return "" if self.places else kinds.unit(self.definition.type, self.value)


def _cell(text: str) -> tuple[Inline, ...]:
    if kinds.is_web_address(text):
        return (Link(text, (Text(text),)),)
    return (Text(text),) if text else ()


def definitions(edition: Edition) -> Mapping[str, FactDefinition]:
    """Every fact definition of the edition's release, by name, in the catalog's order.

    Kept in memory by the digest of the release: a loaded release never changes.
    """
    return _definitions(edition.release.digest)


@lru_cache(maxsize=4)
def _definitions(digest: str) -> Mapping[str, FactDefinition]:
    rows = FactDefinition.objects.filter(release__digest=digest)
    return MappingProxyType({definition.name: definition for definition in rows})


Place: TypeAlias = tuple[bool, int | None]  # whether the service itself states it, and for which location
StatedValues: TypeAlias = Mapping[str, Mapping[Place, Any]]  # by the fact's name


def known_facts(service: Service, by_name: Mapping[str, FactDefinition]) -> dict[str, KnownFact]:
    """Every fact with a value for ``service``, by name. Two queries."""
    locations = list(service.locations.all())
    # Not provider=…, for which SQLite goes through the facts of all services of the provider.
    provider = Service.objects.filter(pk=service.pk).values("provider")
    rows = Fact.objects.filter(Q(service=service) | Q(service=None, provider__in=provider)).order_by()
    here = {None, *(location.pk for location in locations)}
    stated = rows.values_list("name", "service", "location", "value")
    return most_specific(by_name, _stated(row for row in stated if row[2] in here), locations)


def stated_values(rows: Iterable[Fact]) -> dict[str, dict[Place, Any]]:
    """What ``rows`` state, all of one provider and at most one service."""
    return _stated((row.name, row.service_id, row.location_id, row.value) for row in rows)


def _stated(rows: Iterable[tuple[str, int | None, int | None, Any]]) -> dict[str, dict[Place, Any]]:
    values: dict[str, dict[Place, Any]] = defaultdict(dict)
    for name, service, location, value in rows:
        values[name][service is not None, location] = value
    return values


def most_specific(
    by_name: Mapping[str, FactDefinition], values: StatedValues, locations: Sequence[Location]
) -> dict[str, KnownFact]:
    """What a service at ``locations`` makes of the values that are stated."""
    return {
        name: known
        for name, definition in by_name.items()
        if name in values and (known := _most_specific(definition, _ordered(definition, values[name]), locations))
    }


def applying(values: Mapping[Place, Any], location: int | None) -> Place | None:
    """Which of the places that state a fact holds at ``location``, None for the service as a whole."""
    return next((place for place in _order(location) if place in values), None)


def _order(location: int | None) -> tuple[Place, ...]:
    """The most specific first."""
    return (True, location), (False, location), (True, None), (False, None)


def _ordered(definition: FactDefinition, values: Mapping[Place, Any]) -> Mapping[Place, Any]:
    return {place: _in_column_order(definition, value) for place, value in values.items()}


def _in_column_order(definition: FactDefinition, value: Any) -> Any:
    """A table's rows with their cells as its columns stand: PostgreSQL gives JSON objects back in an order of its own."""
    if definition.type["kind"] != "table":
        return value
    names = [column["key"] for column in definition.type["columns"]]
    return [{name: row[name] for name in names if name in row} for row in value]


def _most_specific(
    definition: FactDefinition, values: Mapping[tuple[bool, int | None], Any], locations: Sequence[Location]
) -> KnownFact | None:
    if not values:
        return None
    if len(values) == 1 and (only := next(iter(values.items())))[0][1] is None:
        return KnownFact(definition, only[1])  # nearly every fact: stated once, for no location
    places = [
        (location.name, value)
        for location in locations
        if (place := applying(values, location.pk)) and (value := values[place]) is not None
    ]
    if not places:
        place = applying(values, None)
        return KnownFact(definition, values[place]) if place and values[place] is not None else None
    if all(value == places[0][1] for _, value in places) and len(places) == len(locations):
        return KnownFact(definition, places[0][1])
    return KnownFact(definition, None, tuple(places))

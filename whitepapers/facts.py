"""What is known about a service: its facts with the most specific value of each. Reads rows, writes none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from controls import facts as kinds
from controls.models import Edition, FactDefinition

from .models import Fact, Location, Service


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

    @property
    def json(self) -> Any:
        """The value for a Document's meta part."""
        return [{"location": name, "value": value} for name, value in self.places] if self.places else self.value

    @property
    def unit(self) -> str:
        return "" if self.places else kinds.unit(self.definition.type, self.value)


def definitions(edition: Edition) -> dict[str, FactDefinition]:
    """Every fact definition of the edition's release, by name, in the catalog's order."""
    return {definition.name: definition for definition in FactDefinition.objects.of(edition)}


def known_facts(service: Service, by_name: Mapping[str, FactDefinition]) -> dict[str, KnownFact]:
    """Every fact with a value for ``service``, by name. Two queries."""
    locations = list(service.locations.all())
    rows = Fact.objects.filter(provider_id=service.provider_id).filter(
        Q(service=None) | Q(service=service), Q(location=None) | Q(location__in=locations)
    )
    values: dict[str, dict[tuple[bool, int | None], Any]] = defaultdict(dict)
    for row in rows:
        values[row.name][row.service_id is not None, row.location_id] = row.value
    return {
        name: known
        for name, definition in by_name.items()
        if (known := _most_specific(definition, values.get(name, {}), locations))
    }


def _most_specific(
    definition: FactDefinition, values: Mapping[tuple[bool, int | None], Any], locations: Sequence[Location]
) -> KnownFact | None:
    if not values:
        return None
    places = [
        (location.name, value)
        for location in locations
        if (value := _first(values, (True, location.pk), (False, location.pk), (True, None), (False, None))) is not None
    ]
    if not places:
        value = _first(values, (True, None), (False, None))
        return None if value is None else KnownFact(definition, value)
    if all(value == places[0][1] for _, value in places) and len(places) == len(locations):
        return KnownFact(definition, places[0][1])
    return KnownFact(definition, None, tuple(places))


def _first(values: Mapping[tuple[bool, int | None], Any], *places: tuple[bool, int | None]) -> Any:
    return next((values[place] for place in places if place in values), None)

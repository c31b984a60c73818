"""The facts of one place, provider or service, as its page shows them: grouped by control, each with what is
stated here and what applies instead. Reads rows, writes none."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Provider
from controls import facts as kinds
from controls.models import Control, Edition, FactDefinition

from .confirmations import inherited
from .facts import stated_values
from .models import Fact, FactConfirmation, Location, Section, Service
from .progress import is_stale

GROUPED_BY = "iso27017-2015"  # the edition whose numbers FactDefinition.control_number holds


@dataclass(frozen=True)
class Slot:
    """One value that can be stated: a definition at this page's place, or at one location of it."""

    definition: FactDefinition
    location: Location | None
    fact: Fact | None  # what is stated exactly here
    instead: Fact | None  # what applies when nothing is
    inherited: str = ""  # digest of what is taken over from the provider for this fact, locations included
    confirmation: FactConfirmation | None = None  # of just that

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.definition.name}__{self.location.pk}" if self.location else self.definition.name

    @cached_property
    def value(self) -> Any:
        """The canonical value stated here; None when there is none, or it does not fit the definition."""
        return _fitting(self.definition, self.fact)

    @property
    def is_unreadable(self) -> bool:
        """Something is stated, but the definition has changed since."""
        return self.fact is not None and self.value is None

    @property
    def needs_confirmation(self) -> bool:
        """Copied, or taken over from the provider, and nobody has said yet that it holds here (要確認)."""
        if self.fact is not None and self.fact.confirmed_at is None:
            return True
        return bool(self.inherited) and self.confirmation is None

    @property
    def display(self) -> str:
        return "" if self.value is None else kinds.display(self.definition.type, self.value)

    @property
    def display_instead(self) -> str:
        """The value that applies when nothing is stated here: 「共通：7日」; "" when there is none."""
        value = _fitting(self.definition, self.instead)
        if value is None or self.instead is None:
            return ""
        place = _("共通") if self.instead.service_id is None else _("サービス全体")
        if self.instead.location_id is not None:
            place = _("共通（この拠点）")
        return f"{place}：{kinds.display(self.definition.type, value)}"


def _fitting(definition: FactDefinition, fact: Fact | None) -> Any:
    if fact is None:
        return None
    try:
        return kinds.parse(definition.type, fact.value)
    except kinds.InvalidFact:
        return None


@dataclass(frozen=True)
class Group:
    """The facts of one control, in the catalog's order."""

    number: str
    title: str
    clause: str  # the heading above it
    definitions: tuple[FactDefinition, ...]
    known: int  # how many have a value that applies here

    @property
    def is_complete(self) -> bool:
        return self.known == len(self.definitions)


class FactSheet:
    """All facts of a provider (``service`` None) or of a service. Five queries, whatever the number of facts."""

    def __init__(self, provider: Provider, service: Service | None = None) -> None:
        self.provider, self.service = provider, service
        self.definitions = list(FactDefinition.objects.newest())
        self.locations = list((service or provider).locations.all())
        own = Fact.objects.filter(provider=provider, service=None).select_related("confirmed_by")
        if service is not None:
            own = own | Fact.objects.filter(provider=provider, service=service).select_related("confirmed_by")
        self._rows = {(row.name, row.service_id is not None, row.location_id): row for row in own}
        self._values = stated_values(self._rows.values()) if service else {}
        found = FactConfirmation.objects.filter(service=service).select_related("by") if service else ()
        self._confirmations = {confirmation.name: confirmation for confirmation in found}

    @cached_property
    def groups(self) -> list[Group]:
        edition = Edition.objects.newest().filter(slug=GROUPED_BY)
        controls = {
            control.number: control
            for control in Control.objects.filter(edition__in=edition).select_related("clause__parent")
        }
        by_number: dict[str, list[FactDefinition]] = {}
        for definition in self.definitions:
            by_number.setdefault(definition.control_number, []).append(definition)
        return [self._group(number, controls.get(number), found) for number, found in by_number.items()]

    def _group(self, number: str, control: Control | None, definitions: list[FactDefinition]) -> Group:
        clause = control.clause.parent or control.clause if control else None
        return Group(
            number,
            control.title_ja if control else "",
            str(clause) if clause else "",
            tuple(definitions),
            sum(self.is_known(definition) for definition in definitions),
        )

    def slots(self, definition: FactDefinition) -> list[Slot]:
        """The slot of the place itself and, of a location's fact, one per location."""
        slots = [self._slot(definition, None)]
        if definition.owner == FactDefinition.Owner.LOCATION:
            slots += [self._slot(definition, location) for location in self.locations]
        return slots

    def _slot(self, definition: FactDefinition, location: Location | None) -> Slot:
        place = location.pk if location else None
        order = dict.fromkeys([(True, place), (False, place), (True, None), (False, None)])  # the most specific first
        is_service = self.service is not None
        wider = [key for key in order if key != (is_service, place) and (is_service or not key[0])]
        found = (self._rows.get((definition.name, *key)) for key in wider)
        slot = Slot(
            definition,
            location,
            self._rows.get((definition.name, is_service, place)),
            next((row for row in found if row), None),
        )
        return slot if location or not is_service else self._with_inherited(slot)

    def _with_inherited(self, slot: Slot) -> Slot:
        digest = inherited(self._values.get(slot.definition.name, {}), [location.pk for location in self.locations])
        confirmation = self._confirmations.get(slot.definition.name)
        is_current = confirmation is not None and confirmation.digest == digest
        return replace(slot, inherited=digest, confirmation=confirmation if is_current else None)

    def is_known(self, definition: FactDefinition) -> bool:
        """Whether any value applies here, be it stated here or wider."""
        return any(slot.fact or slot.instead for slot in self.slots(definition))

    def is_stale(self, definition: FactDefinition) -> bool:
        """Whether something is stated here that nobody has confirmed for a year."""
        return any(slot.fact is not None and is_stale(slot.fact) for slot in self.slots(definition))

    def needs_confirmation(self, definition: FactDefinition) -> bool:
        return any(slot.needs_confirmation for slot in self.slots(definition))

    @property
    def only(self) -> dict[str, Callable[[FactDefinition], bool]]:
        """The filters of the page, by their name in its address."""
        return {
            "missing": lambda definition: not self.is_known(definition),
            "unconfirmed": self.needs_confirmation,
            "stale": self.is_stale,
        }

    def search(self, words: str) -> list[FactDefinition]:
        """The definitions whose label, help or control number holds every word."""
        wanted = _fold(words).split()
        return [
            definition
            for definition in self.definitions
            if all(
                word in _fold(f"{definition.label_ja}\n{definition.help_ja}\n{definition.control_number}")
                for word in wanted
            )
        ]

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What a reference may name, in groups with a heading: sections of the service's papers, then controls; each
        with its key and its words."""
        found: list[tuple[str, list[tuple[str, str]]]] = []
        if self.service is not None:
            rows = Section.objects.filter(whitepaper__service=self.service, whitepaper__archived_at=None, included=True)
            named = dict(rows.exclude(key="").in_outline_order().values_list("key", "title"))
            found.append((_("ペーパーの節"), [(key, title or key) for key, title in named.items()]))
        found.append((_("管理策の節"), [(group.number, f"{group.number} {group.title}") for group in self.groups]))
        return [(heading, entries) for heading, entries in found if entries]


def after(groups: Iterable[Group], number: str) -> Group | None:
    """The group that follows the one numbered ``number``."""
    remaining = iter(groups)
    return next(remaining, None) if any(group.number == number for group in remaining) else None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

"""The facts of a section's controls, as fields on the section's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from controls.models import DisclosurePoint, FactDefinition

from ..fact_groups import GROUPED_BY, FactSheet
from ..forms.facts import FactsForm, SlotInputs
from ..models import Section

ALL_OPEN = 3  # as many facts as stand above the text without pushing it out of the first screen


@dataclass(frozen=True)
class Row:
    """A fact with its inputs, and those of its locations."""

    main: SlotInputs
    places: list[SlotInputs]
    is_known: bool
    needs_confirmation: bool
    asked: bool | None  # its disclosure point is not answered yet: whether that is required

    @property
    def name(self) -> str:
        return self.main.slot.definition.name

    @property
    def needs_eyes(self) -> bool:
        return any(inputs.needs_eyes for inputs in (self.main, *self.places))


class SectionFacts:
    """``data``: what the form of facts sent."""

    def __init__(self, row: Section, points: Sequence[DisclosurePoint], data: QueryDict | None = None) -> None:
        service = row.whitepaper.service
        self.sheet = FactSheet(service.provider, service)
        definitions = _definitions(row, points, self.sheet)
        slots = [slot for definition in definitions for slot in self.sheet.slots(definition)]
        has_reference = any(definition.type["kind"] == "reference" for definition in definitions)
        self.form = FactsForm(slots, data, sections=self.sheet.sections() if has_reference else ())

    @property
    def is_archived(self) -> bool:
        return bool(self.sheet.service and self.sheet.service.archived_at)

    def parted(self, asked: Mapping[str, bool]) -> tuple[list[Row], list[Row]]:
        """What stands open and what is folded away: of a long list only what a point still waits for, the required
        points first, and not all of it."""
        rows = [self._row(main, places, asked) for main, places in self.form.inputs()]
        if len(rows) <= ALL_OPEN:
            return rows, []
        urgent = sorted((row for row in rows if row.asked is not None), key=lambda row: not row.asked)[:ALL_OPEN]
        names = {row.name for row in urgent} | {row.name for row in rows if row.needs_eyes}
        return [row for row in rows if row.name in names], [row for row in rows if row.name not in names]

    def _row(self, main: SlotInputs, places: list[SlotInputs], asked: Mapping[str, bool]) -> Row:
        definition = main.slot.definition
        return Row(
            main,
            places,
            is_known=self.sheet.is_known(definition),
            needs_confirmation=self.sheet.needs_confirmation(definition),
            asked=asked.get(definition.name),
        )

    def context(self, asked: Mapping[str, bool]) -> dict[str, object]:
        """``asked``: the key facts of disclosure points that nothing answers yet; whether each is required."""
        opened, folded = self.parted(asked)
        first = self.form.slots[0].definition.control_number if self.form.slots else ""
        return {
            "facts_group": first,
            "facts_form": self.form,
            "facts_open": opened,
            "facts_folded": folded,
            "facts_word": _folded_word(opened, folded),
            "facts_archived": self.is_archived,
        }


def _definitions(row: Section, points: Sequence[DisclosurePoint], sheet: FactSheet) -> list[FactDefinition]:
    """The facts of the points, key facts first as their points stand, then what else is grouped with the controls."""
    by_name = {definition.name: definition for definition in sheet.definitions}
    names = dict.fromkeys(name for point in points for name in point.facts)
    if row.whitepaper.edition.slug == GROUPED_BY:
        numbers = {link.control.number for link in row.section_controls.all()}
        names |= dict.fromkeys(each.name for each in sheet.definitions if each.control_number in numbers)
    return [by_name[name] for name in names if name in by_name]


def _folded_word(opened: Sequence[Row], folded: Sequence[Row]) -> str:
    n = len(folded)
    word = _("ほかの事実 %(n)s件") % {"n": n} if opened else _("%(n)s件の値を見る、変更する") % {"n": n}
    missing = sum(not row.is_known for row in folded)
    unconfirmed = sum(row.needs_confirmation for row in folded)
    counts = [
        _("未記入 %(n)s") % {"n": missing} if missing else "",
        _("要確認 %(n)s") % {"n": unconfirmed} if unconfirmed else "",
    ]
    said = "・".join(filter(None, counts))
    return f"{word}（{said}）" if said else word

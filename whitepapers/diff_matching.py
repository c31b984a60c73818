"""Which section of one Document is which of another, and which of them stand elsewhere. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from .diff_blocks import units_of
from .diff_words import Piece, Vocabulary
from .document import Document, Section

_ALIKE = 0.6  # of two sections that are one
_MAX_PAIRS = 10_000  # of sections whose texts are looked at
_MAX_EXCHANGES = 2  # below one heading; more is another order of the whole


@dataclass(frozen=True, slots=True)
class Place:
    section: Section
    controls: tuple[str, ...]
    parent: str  # anchor, "" at the top
    parent_heading: str
    position: int  # in the paper

    @property
    def name(self) -> tuple[str, tuple[str, ...], str]:
        return self.section.kind, self.controls, self.section.title


def places(document: Document) -> dict[str, Place]:
    """Every section by its anchor, in the paper's order."""
    controls = {meta.anchor: tuple(control.number for control in meta.controls) for meta in document.meta.sections}
    found: dict[str, Place] = {}

    def add(sections: Iterable[Section], parent: Section | None) -> None:
        for section in sections:
            above = (parent.anchor, parent.heading) if parent else ("", "")
            found[section.anchor] = Place(section, controls.get(section.anchor, ()), *above, len(found))
            add(section.children, section)

    add(document.printed.sections, None)
    return found


def matched(old: Mapping[str, Place], new: Mapping[str, Place], vocabulary: Vocabulary) -> dict[str, str]:
    """Anchor before → anchor after, of the sections that are the same."""
    match = _Matching(old, new, vocabulary)
    match.by_anchor()
    match.by(lambda place: place.name)
    match.by(lambda place: place.controls)
    match.by_shared_control()
    match.by(lambda place: (place.section.kind, place.section.title))
    match.by_likeness()
    match.by_children()
    return match.same


class _Matching:
    def __init__(self, old: Mapping[str, Place], new: Mapping[str, Place], vocabulary: Vocabulary) -> None:
        self.old, self.new, self.vocabulary = old, new, vocabulary
        self.same: dict[str, str] = {}
        self._taken: set[str] = set()

    def _pair(self, before: str, after: str) -> None:
        self.same[before] = after
        self._taken.add(after)

    def _open(self) -> tuple[list[Place], list[Place]]:
        return (
            [place for anchor, place in self.old.items() if anchor not in self.same],
            [place for anchor, place in self.new.items() if anchor not in self._taken],
        )

    def by_anchor(self) -> None:
        """An anchor is the same section for ever, in Documents of one row. In others (a paper that was imported anew) it
        is a coincidence: then its name stands at another anchor."""
        old_names, new_names = ({place.name for place in each.values()} for each in (self.old, self.new))
        for anchor, place in self.old.items():
            other = self.new.get(anchor)
            if other is None:
                continue
            differs = place.section.title != other.section.title and place.controls != other.controls
            if not place.controls and not other.controls:
                differs = place.section.title != other.section.title and place.section.blocks != other.section.blocks
            if differs and (place.name in new_names or other.name in old_names):
                continue
            self._pair(anchor, anchor)

    def by(self, key: Callable[[Place], Hashable]) -> None:
        """Those with an equal key; where several have it, those below the same parent and the nearest first."""
        rest, others = self._open()
        wanted: dict[Hashable, list[Place]] = defaultdict(list)
        for place in others:
            if key(place):
                wanted[key(place)].append(place)
        for wish, group in groupby(sorted(rest, key=lambda place: repr(key(place))), key=key):
            places_ = list(group)
            if len(places_) * len(wanted[wish]) > _MAX_PAIRS:
                for place, other in zip(places_, wanted[wish], strict=False):
                    self._pair(place.section.anchor, other.section.anchor)
            else:
                self._best((0, place, other) for place in places_ for other in wanted[wish])

    def by_shared_control(self) -> None:
        """Those with the most controls in common; among them those with the same first one, which names a section."""
        rest, others = self._open()
        holders: dict[str, list[Place]] = defaultdict(list)
        for other in others:
            for number in other.controls:
                holders[number].append(other)
        self._best(
            (-2 * len({*place.controls} & {*other.controls}) - (place.controls[0] == other.controls[0]), place, other)
            for place in rest
            for number in place.controls
            for other in holders.get(number, ())
        )

    def _best(self, pairs: Iterable[tuple[float, Place, Place]]) -> None:
        """The cheapest pairs first, whichever of the two papers is the older one."""

        def cost(pair: tuple[float, Place, Place]) -> tuple[float, bool, int, int]:
            price, place, other = pair
            is_elsewhere = self.same.get(place.parent, place.parent) != other.parent
            return price, is_elsewhere, abs(place.position - other.position), place.position + other.position

        for _, place, other in sorted(pairs, key=cost):
            if place.section.anchor not in self.same and other.section.anchor not in self._taken:
                self._pair(place.section.anchor, other.section.anchor)

    def by_likeness(self) -> None:
        """By title and text, the most alike first."""
        rest, others = self._open()
        if len(rest) * len(others) > _MAX_PAIRS:
            return
        texts = {id(place): self.vocabulary.bases(_words(place.section)) for place in (*rest, *others)}
        found = []
        for place in rest:
            for other in others:
                if place.section.kind != other.section.kind or (place.controls and other.controls):
                    continue
                likeness = self.vocabulary.likeness(texts[id(place)], texts[id(other)], _ALIKE)
                if likeness and texts[id(place)]:
                    found.append((-likeness, place, other))
        self._best(found)

    def by_children(self) -> None:
        """A chapter of another name with the same sections below it."""
        rest, others = self._open()
        free = {place.section.anchor for place in others}
        for place in reversed(rest):  # the innermost first
            votes = Counter(
                self.new[self.same[child.anchor]].parent
                for child in place.section.children
                if child.anchor in self.same
            )
            for anchor, count in votes.most_common(1):
                most = max(len(place.section.children), len(self.new[anchor].section.children)) if anchor else 0
                if anchor in free - self._taken and 2 * count > most:
                    self._pair(place.section.anchor, anchor)


def _words(section: Section) -> Iterator[Piece]:
    if section.title:
        yield Piece(section.title)
    for unit in units_of(section.blocks, {}):
        yield from unit.pieces


# --- What stands elsewhere --------------------------------------------------------------------------------------------


def displaced(old: Mapping[str, Place], new: Mapping[str, Place], same: Mapping[str, str]) -> frozenset[str]:
    """Anchors (after) of the sections that stand below another section, or in another order below the same one. As few as
    explain the new order; a section does not move because what is above it does."""
    known = {after: before for before, after in same.items()}
    siblings = list(_siblings(old, new, same))
    found = known.keys() - {anchor for anchors in siblings for anchor in anchors}
    for anchors in siblings:
        stay = _longest_rise([old[known[anchor]].position for anchor in anchors])
        moved = {anchor for place, anchor in enumerate(anchors) if place not in stay}
        pairs = _exchanges(anchors, old, known).keys() if moved else set()
        found |= pairs if pairs and not moved <= pairs else moved  # what stands between the two did not move
    return frozenset(found)


def exchanged(old: Mapping[str, Place], new: Mapping[str, Place], same: Mapping[str, str]) -> dict[str, Place]:
    """Anchor (after) → the older place of the section that it changed places with, where that alone explains the new order
    below a heading."""
    known = {after: before for before, after in same.items()}
    found: dict[str, Place] = {}
    for anchors in _siblings(old, new, same):
        found |= {now: old[known[was]] for now, was in _exchanges(anchors, old, known).items()}
    return found


def _exchanges(anchors: list[str], old: Mapping[str, Place], known: Mapping[str, str]) -> dict[str, str]:
    """Each of two that changed places → the other one. Nothing when that does not explain the order."""
    order = sorted(anchors, key=lambda anchor: old[known[anchor]].position)
    pairs = {now: was for now, was in zip(anchors, order, strict=True) if now != was}
    is_all = len(pairs) <= 2 * _MAX_EXCHANGES and all(pairs.get(was) == now for now, was in pairs.items())
    return pairs if is_all else {}


def _siblings(old: Mapping[str, Place], new: Mapping[str, Place], same: Mapping[str, str]) -> Iterable[list[str]]:
    """Anchors (after) of the sections that stand below the same one as before, in their new order."""
    known = {after: before for before, after in same.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for anchor, place in new.items():
        if anchor in known:
            above = old[known[anchor]].parent
            if same.get(above, None if above else "") == place.parent:
                found[place.parent].append(anchor)
    return found.values()


def _longest_rise(numbers: list[int]) -> set[int]:
    """Places of a longest increasing subsequence of numbers that all differ."""
    ends: list[int] = []  # the smallest end of a rise of each length
    places_of: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        if length == len(ends):
            ends.append(number)
            places_of.append(place)
        else:
            ends[length], places_of[length] = number, place
        before.append(places_of[length - 1] if length else -1)
    found: set[int] = set()
    place = places_of[-1] if places_of else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found

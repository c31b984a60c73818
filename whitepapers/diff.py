"""What differs between two Documents of one paper: by section and by fact, word by word. Pure.

Sections are the same by their anchor, else by the controls they answer, else by title and text. Numbers do not count:
neither those of sections nor those that references print. Everything in the result stands in the paper's order, what
was removed where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeAlias

from .diff_blocks import BlockChange, FigureChange, Line, Stretch, Unit, compare_units, lines_of, stretches, units_of
from .diff_fields import FieldChange, fields_between
from .diff_matching import Place, displaced, exchanged, matched, places
from .diff_words import Spans, Vocabulary, text_between
from .document import (
    Block,
    Document,
    FactMeta,
    FactValue,
    Section,
    SectionMeta,
    StanceMeta,
    Table,
    inlines_of,
)

ADDED, REMOVED, MOVED, UPDATED = "added", "removed", "moved", "updated"
PrintedFacts: TypeAlias = Mapping[str, Mapping[str, FactMeta]]
_MIN_MOVED = 8  # characters of a line that is recognised in another section


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that the paper prints otherwise, prints newly (``before`` is empty) or prints no longer."""

    name: str
    label: str
    before: str  # as printed
    after: str
    before_value: Any
    after_value: Any
    anchors: tuple[str, ...]  # of the sections that print it; of those in the older paper when it is gone
    units: tuple[str, str] = ("", "")  # what is counted, before and after: day, %; empty for what is not a number

    @property
    def kind(self) -> str:
        """changed, stated or gone."""
        if self.before_value is None:
            return "stated"
        return "gone" if self.after_value is None else "changed"

    @property
    def is_restated(self) -> bool:
        return self.kind == "changed" and self.before != self.after


@dataclass(frozen=True, slots=True)
class SectionChange:
    kinds: tuple[str, ...]  # of added, removed, moved, updated; empty when nothing of it is printed otherwise
    before: Section | None
    after: Section | None
    parents: tuple[str, str]  # headings of what it stands below, before and after
    title: Spans
    reference_line: Spans  # of the ids that it prints; no change when only the controls' order in it is another
    controls: tuple[tuple[str, ...], tuple[str, ...]]
    stances: tuple[tuple[StanceMeta, ...], tuple[StanceMeta, ...]]
    blocks: tuple[BlockChange, ...]
    facts: tuple[FactChange, ...]  # that it prints, before and after
    is_facts_only: bool = False  # reads as before apart from the values of facts
    kin: str = ""  # anchor of the section whose lines it took over (added) or that took over its lines (removed)
    partner: Section | None = None  # of the older paper: the one that it changed places with

    @property
    def section(self) -> Section:
        section = self.after or self.before
        if section is None:
            raise ValueError("a change of no section")
        return section

    @property
    def anchor(self) -> str:
        return self.section.anchor

    @property
    def has_new_title(self) -> bool:
        return any(span.mark != "kept" for span in self.title)

    @property
    def has_new_reference(self) -> bool:
        return any(span.mark != "kept" for span in self.reference_line)

    @property
    def has_new_text(self) -> bool:
        return any(block.mark != "kept" for block in self.blocks)

    @property
    def is_restyled(self) -> bool:
        return any(not isinstance(block, FigureChange) and block.is_restyled for block in self.blocks)

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        return stretches(self.blocks)

    @property
    def has_new_stances(self) -> bool:
        return self.stances[0] != self.stances[1]


@dataclass(frozen=True, slots=True)
class Changes:
    sections: tuple[SectionChange, ...]
    unchanged: tuple[Section, ...]  # of the newer paper
    facts: tuple[FactChange, ...]
    fields: tuple[FieldChange, ...]
    controls: tuple[str, ...] = ()  # that only one of the papers answers

    def __bool__(self) -> bool:
        return bool(self.sections or self.facts or self.fields)

    @property
    def restated(self) -> tuple[FactChange, ...]:
        """The facts that both papers print, each otherwise."""
        return tuple(fact for fact in self.facts if fact.is_restated)

    @property
    def come_or_gone(self) -> tuple[FactChange, ...]:
        """The facts that only one of the papers prints."""
        return tuple(fact for fact in self.facts if fact.kind != "changed")

    def of_kind(self, kind: str) -> tuple[SectionChange, ...]:
        return tuple(change for change in self.sections if kind in change.kinds)


def compare(before: Document, after: Document) -> Changes:
    """What leads from one to the other; false when nothing that is printed or known of it differs."""
    if before == after:
        return Changes((), tuple(after.walk()), (), ())
    work = _Work.of(before, after)
    found = [work.section(one, other) for one, other in work.pairs()]
    changed = [change for change in found if change.kinds or change.has_new_stances]
    changed = _with_kin(_with_moved_lines(changed))
    done = {change.anchor for change in changed if change.after}
    unchanged = tuple(section for section in after.walk() if section.anchor not in done)
    fields = tuple(fields_between(before, after, work.vocabulary))
    return Changes(tuple(changed), unchanged, tuple(work.facts), fields, work.controls())


@dataclass(slots=True)
class _Work:
    vocabulary: Vocabulary
    old: Mapping[str, Place]
    new: Mapping[str, Place]
    old_meta: Mapping[str, SectionMeta]
    new_meta: Mapping[str, SectionMeta]
    same: dict[str, str]  # anchor before → anchor after
    moved: frozenset[str]  # anchors after
    partners: Mapping[str, Place]  # anchor after → the place before of the section that it changed places with
    facts: list[FactChange]

    @classmethod
    def of(cls, before: Document, after: Document) -> _Work:
        vocabulary = Vocabulary()
        old, new = places(before), places(after)
        old_meta, new_meta = ({meta.anchor: meta for meta in each.meta.sections} for each in (before, after))
        same = matched(old, new, vocabulary)
        facts = _facts(_printed(before), _printed(after), same)
        moved = displaced(old, new, same)
        partners = exchanged(old, new, same) if moved else {}
        return cls(vocabulary, old, new, old_meta, new_meta, same, moved, partners, facts)

    def controls(self) -> tuple[str, ...]:
        """Those that only one of the papers answers, in their order there."""
        was, becomes = (
            [number for place in each.values() for number in place.controls] for each in (self.old, self.new)
        )
        return tuple(dict.fromkeys(number for number in (*was, *becomes) if (number in was) != (number in becomes)))

    def pairs(self) -> Iterator[tuple[Place | None, Place | None]]:
        """Both papers' sections in one order: that of the newer paper, what is gone behind what stood before it."""
        known = {new: old for old, new in self.same.items()}
        gone: dict[str, list[Place]] = {}
        last = ""
        for anchor, place in self.old.items():
            if anchor in self.same:
                last = self.same[anchor]
            else:
                gone.setdefault(last, []).append(place)
        yield from ((place, None) for place in gone.get("", ()))
        for anchor, place in self.new.items():
            yield (self.old[known[anchor]] if anchor in known else None), place
            yield from ((old, None) for old in gone.get(anchor, ()))

    def section(self, one: Place | None, other: Place | None) -> SectionChange:
        before, after = one.section if one else None, other.section if other else None
        old_units = tuple(units_of(before.blocks, self.same)) if before else ()
        new_units = tuple(units_of(after.blocks, {})) if after else ()
        old_meta = self.old_meta.get(before.anchor) if before else None
        new_meta = self.new_meta.get(after.anchor) if after else None
        anchors = {after.anchor if after else "", before.anchor if before and not after else ""}
        facts = tuple(fact for fact in self.facts if anchors & {*fact.anchors})
        partner = self.partners.get(after.anchor) if after and after.anchor in self.moved else None
        change = SectionChange(
            kinds=(),
            before=before,
            after=after,
            parents=(one.parent_heading if one else "", other.parent_heading if other else ""),
            title=self._line(before.title if before else "", after.title if after else ""),
            reference_line=self._line(before.reference_line if before else "", after.reference_line if after else ""),
            controls=(one.controls if one else (), other.controls if other else ()),
            stances=(old_meta.stances if old_meta else (), new_meta.stances if new_meta else ()),
            blocks=compare_units(old_units, new_units, self.vocabulary),
            facts=facts,
            partner=partner.section if partner else None,
        )
        is_facts_only = (
            bool(before and after and facts) and not change.has_new_title and _forms(old_units) == _forms(new_units)
        )
        return replace(change, kinds=self._kinds(change), is_facts_only=is_facts_only)

    def _line(self, before: str, after: str) -> Spans:
        return text_between(before, after, self.vocabulary)

    def _kinds(self, change: SectionChange) -> tuple[str, ...]:
        if change.before is None or change.after is None:
            return (ADDED,) if change.before is None else (REMOVED,)
        moved = (MOVED,) if change.after.anchor in self.moved else ()
        is_updated = (
            change.has_new_title
            or change.has_new_text
            or change.has_new_reference
            or change.is_restyled
            or change.controls[0] != change.controls[1]
            or change.before.kind != change.after.kind
        )
        return (*moved, UPDATED) if is_updated else moved


def _forms(units: Iterable[Unit]) -> list[object]:
    return [unit.form for unit in units]


# --- Facts ------------------------------------------------------------------------------------------------------------


def _facts(was: PrintedFacts, now: PrintedFacts, same: Mapping[str, str]) -> list[FactChange]:
    """By fact, in the order in which the newer paper prints them; those that are gone come last."""
    found = []
    for name in chain(now, (name for name in was if name not in now)):
        old, new = was.get(name, {}), now.get(name, {})
        first, last = next(iter(old.values()), None), next(iter(new.values()), None)
        if first and last and (first.value, first.unit, first.display) == (last.value, last.unit, last.display):
            continue
        shown = last or first
        both = [anchor for anchor in (same.get(anchor, "") for anchor in old) if anchor in new]
        anchors = [anchor for anchor in new if anchor in both] or list(new) or list(old)
        found.append(
            FactChange(
                name=name,
                label=shown.label if shown else name,
                before=first.display if first else "",
                after=last.display if last else "",
                before_value=first.value if first else None,
                after_value=last.value if last else None,
                anchors=tuple(anchors),
                units=(first.unit if first else "", last.unit if last else ""),
            )
        )
    return found


def _printed(document: Document) -> PrintedFacts:
    """Fact → the sections that print it, and as what; in the order in which a reader meets them."""
    facts = {meta.anchor: {fact.name: fact for fact in meta.facts} for meta in document.meta.sections}
    found: dict[str, dict[str, FactMeta]] = {}
    for section in document.walk():
        known = facts.get(section.anchor, {})
        for name in dict.fromkeys((*_named_in(section.blocks), *known)):
            if name in known:
                found.setdefault(name, {})[section.anchor] = known[name]
    return found


def _named_in(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Table) and block.fact:
            yield block.fact
        yield from (inline.name for inline in inlines_of((block,)) if isinstance(inline, FactValue))


# --- Lines that went to another section -------------------------------------------------------------------------------


def _with_moved_lines(changes: Sequence[SectionChange]) -> list[SectionChange]:
    """Lines that are gone in one place and came in another, so that a section that is split or merged, or a paragraph
    that is moved, does not look new."""
    ends: tuple[dict[object, str], dict[object, str]] = {}, {}
    for change in changes:
        for block in change.blocks:
            if block.mark in ("deleted", "inserted") and (key := _words_of(block)):
                ends[block.mark == "inserted"].setdefault(key, change.anchor)
    both = ends[0].keys() & ends[1].keys()
    if not both:
        return list(changes)

    def told(block: BlockChange) -> BlockChange:
        if isinstance(block, Line) and block.mark in ("deleted", "inserted") and _words_of(block) in both:
            return replace(block, moved=ends[block.mark == "deleted"][_words_of(block)])
        return block

    return [replace(change, blocks=tuple(map(told, change.blocks))) for change in changes]


def _words_of(block: BlockChange) -> object:
    if not isinstance(block, Line):
        return ""
    text = "".join(span.text for span in block.spans)
    return text if len(text) >= _MIN_MOVED else ""


def _with_kin(changes: Sequence[SectionChange]) -> list[SectionChange]:
    """Tells of an added section from which it was split off, of a removed one into which it was merged."""
    done = []
    for change in changes:
        kin = ""
        if change.kinds in ((ADDED,), (REMOVED,)):
            sizes: dict[str, int] = {}
            for block in change.blocks:
                where = block.moved if isinstance(block, Line) else ""
                sizes[where] = sizes.get(where, 0) + sum(len(span.text) for line in lines_of(block) for span in line)
            best = max((where for where in sizes if where), key=lambda where: sizes[where], default="")
            kin = best if best and 2 * sizes[best] > sum(sizes.values()) else ""
        done.append(replace(change, kin=kin) if kin else change)
    return done

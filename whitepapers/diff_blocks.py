"""What stands below a heading, before and after: lines, tables and figures side by side, words marked. Pure.

A list is a line for each item, so that lines can be laid beside each other whatever list they stand in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias, TypeVar

from rapidfuzz.distance import Indel

from .diff_words import (
    Piece,
    Spans,
    Vocabulary,
    after_text,
    all_deleted,
    all_inserted,
    before_text,
    form_of,
    is_changed,
    key_of,
    pieces_of,
    spans_between,
)
from .document import Block, Cell, Figure, List, Note, Paragraph, Table

Item = TypeVar("Item")
Cells: TypeAlias = tuple[tuple[Piece, ...], ...]  # of a row
Rows: TypeAlias = tuple[Cells, ...]

_ALIKE = 0.45  # of two lines that are one, changed
_MAX_PAIRS = 40_000  # pairs of lines looked at between two that stayed


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, a note or an item of a list."""

    mark: str  # kept, changed, inserted or deleted
    kind: str  # paragraph, note or item
    depth: int  # in lists, 0 outside
    marker: str  # ・ or 1. of an item; that of a note is among its words
    spans: Spans
    is_restyled: bool = False  # the same words, in bold or as another kind of line
    moved: str = ""  # anchor of the section where the same line went or came from


@dataclass(frozen=True, slots=True)
class Row:
    mark: str
    cells: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class TableChange:
    mark: str
    head: Row
    rows: tuple[Row, ...]
    fact: str = ""
    is_restyled: bool = False


@dataclass(frozen=True, slots=True)
class FigureChange:
    """``rows``: layer and party of a responsibility figure."""

    mark: str
    before: Figure | None
    after: Figure | None
    caption: Spans
    alt: Spans
    rows: tuple[Row, ...]
    is_redrawn: bool = False  # another picture

    @property
    def number(self) -> int:
        figure = self.after or self.before
        return figure.number if figure else 0


BlockChange = Line | TableChange | FigureChange


def lines_of(change: BlockChange) -> Iterator[Spans]:
    """Every line of words in the order of reading."""
    match change:
        case Line():
            yield change.spans
        case TableChange():
            for row in (change.head, *change.rows):
                yield from row.cells
        case FigureChange():
            yield from (change.caption, change.alt)
            for row in change.rows:
                yield from row.cells


@dataclass(frozen=True, slots=True)
class Stretch:
    """Blocks one after the other that all stayed, or that did not."""

    is_kept: bool
    blocks: tuple[BlockChange, ...]


def stretches(changes: Iterable[BlockChange]) -> tuple[Stretch, ...]:
    def is_kept(change: BlockChange) -> bool:
        return change.mark == "kept" and (isinstance(change, FigureChange) or not change.is_restyled)

    return tuple(Stretch(kept, tuple(group)) for kept, group in groupby(changes, key=is_kept))


def text_before(changes: Iterable[BlockChange]) -> str:
    return "\n".join(before_text(line) for change in changes for line in lines_of(change) if before_text(line))


def text_after(changes: Iterable[BlockChange]) -> str:
    return "\n".join(after_text(line) for change in changes for line in lines_of(change) if after_text(line))


# --- Units: what is laid side by side -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    kind: str  # paragraph, note, item, table or figure
    depth: int
    marker: str
    rows: tuple[tuple[tuple[Piece, ...], ...], ...]  # of a line one row with one cell
    block: Block | None = None  # the table or figure

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(piece for row in self.rows for cell in row for piece in cell)

    @property
    def key(self) -> object:
        """Equal for units that read alike."""
        cells = tuple(tuple(map(key_of, row)) for row in self.rows)
        if isinstance(self.block, Figure):
            return "figure", self.block.key, cells, self.block.picture
        return ("table", cells) if self.block else cells

    @property
    def form(self) -> object:
        """Equal for units that say the same apart from the values of facts."""
        if isinstance(self.block, Table) and self.block.fact:
            return "table", self.block.fact
        if self.block:
            return self.key
        if len(self.pieces) == 1 and self.pieces[0].fact:
            return "table", self.pieces[0].fact  # what a draft prints for a table that is not known yet
        return tuple(tuple(map(form_of, row)) for row in self.rows)

    @property
    def style(self) -> object:
        """What may differ although the words are the same."""
        aligned = tuple(cell.align for cell in self.block.head) if isinstance(self.block, Table) else ()
        strong = "".join(
            ("*" if piece.is_strong else "-") * len(piece.text) for piece in self.pieces if not piece.target
        )
        return self.kind, self.depth, self.marker.rstrip("0123456789."), aligned, strong


def units_of(blocks: Iterable[Block], same: dict[str, str], depth: int = 0) -> Iterator[Unit]:
    """The blocks as units, an item of a list for itself. ``same`` as for ``pieces_of``."""
    for block in blocks:
        match block:
            case Paragraph(children):
                yield Unit("paragraph", depth, "", ((pieces_of(children, same),),))
            case Note(marker, children):
                gap = " " if len(marker) > 1 else ""
                yield Unit("note", depth, "", (((Piece(marker + gap), *pieces_of(children, same)),),))
            case List(ordered, start, items):
                for place, item in enumerate(items, start=start):
                    yield from _item(item, f"{place}." if ordered else "・", same, depth + 1)
            case Table(head, rows):
                yield Unit("table", depth, "", tuple(_cells(row, same) for row in (head, *rows)), block)
            case Figure():
                layers = tuple(((Piece(layer.name),), (Piece(layer.party),)) for layer in block.layers)
                yield Unit("figure", depth, "", (((Piece(block.caption),), (Piece(block.alt),)), *layers), block)


def _item(item: tuple[Block, ...], marker: str, same: dict[str, str], depth: int) -> Iterator[Unit]:
    units = list(units_of(item, same, depth))
    if units and units[0].kind == "paragraph":
        units[0] = replace(units[0], kind="item", marker=marker)
    else:
        units.insert(0, Unit("item", depth, marker, (((),),)))
    yield from units


def _cells(row: tuple[Cell, ...], same: dict[str, str]) -> tuple[tuple[Piece, ...], ...]:
    return tuple(pieces_of(cell.children, same) for cell in row)


# --- Side by side -----------------------------------------------------------------------------------------------------


def compare_units(before: Sequence[Unit], after: Sequence[Unit], vocabulary: Vocabulary) -> tuple[BlockChange, ...]:
    """Everything of both, in the order of reading."""
    read: dict[int, str] = {}

    def bases(unit: Unit) -> str:
        if id(unit) not in read:
            read[id(unit)] = vocabulary.bases(unit.pieces)
        return read[id(unit)]

    def likeness(old: Unit, new: Unit) -> float:
        if (old.block is None) != (new.block is None) or type(old.block) is not type(new.block):
            return 0.0
        if isinstance(old.block, Figure) and isinstance(new.block, Figure) and old.block.key == new.block.key:
            return 1.0
        if isinstance(old.block, Table) and isinstance(new.block, Table) and old.block.fact and old.form == new.form:
            return 1.0
        return vocabulary.likeness(bases(old), bases(new), _ALIKE)

    pairs = side_by_side(
        before, after, vocabulary, [unit.key for unit in before], [unit.key for unit in after], likeness
    )
    return tuple(_change(old, new, vocabulary) for old, new in pairs)


def side_by_side(  # noqa: PLR0913, PLR0917 - two sequences with their keys
    before: Sequence[Item],
    after: Sequence[Item],
    vocabulary: Vocabulary,
    old_keys: Sequence[object],
    new_keys: Sequence[object],
    likeness: Callable[[Item, Item], float],
) -> Iterator[tuple[Item | None, Item | None]]:
    """The items of both in their order: those with equal keys together, then those that are alike, the rest alone."""
    steps = Indel.opcodes(vocabulary.signs(old_keys), vocabulary.signs(new_keys))
    gone: list[Item] = []
    come: list[Item] = []
    for step in steps:
        if step.tag != "equal":
            gone += before[step.src_start : step.src_end]
            come += after[step.dest_start : step.dest_end]
            continue
        yield from _alike(gone, come, likeness)
        gone, come = [], []
        yield from zip(before[step.src_start : step.src_end], after[step.dest_start : step.dest_end], strict=True)
    yield from _alike(gone, come, likeness)


def _alike(
    before: Sequence[Item], after: Sequence[Item], likeness: Callable[[Item, Item], float]
) -> Iterator[tuple[Item | None, Item | None]]:
    """The pairs, in order, that are most alike taken together."""
    i = j = 0
    for old, new in _best_pairs(before, after, likeness):
        yield from ((item, None) for item in before[i:old])
        yield from ((None, item) for item in after[j:new])
        yield before[old], after[new]
        i, j = old + 1, new + 1
    yield from ((item, None) for item in before[i:])
    yield from ((None, item) for item in after[j:])


def _best_pairs(
    before: Sequence[Item], after: Sequence[Item], likeness: Callable[[Item, Item], float]
) -> list[tuple[int, int]]:
    if not before or not after:
        return []
    if len(before) * len(after) > _MAX_PAIRS:
        return [(n, n) for n, pair in enumerate(zip(before, after, strict=False)) if likeness(*pair) > 0]
    likely = [[likeness(old, new) for new in after] for old in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + likely[i][j])
    pairs, i, j = [], 0, 0
    while i < len(before) and j < len(after):
        if likely[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + likely[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


# --- One beside the other ---------------------------------------------------------------------------------------------


def _change(old: Unit | None, new: Unit | None, vocabulary: Vocabulary) -> BlockChange:
    unit = new or old
    if unit is None:
        raise ValueError("nothing to compare")
    if isinstance(unit.block, Table):
        return _table(old, new, unit.block.fact, vocabulary)
    if isinstance(unit.block, Figure):
        return _figure(old, new, vocabulary)
    spans = _cell(old.rows[0][0] if old else None, new.rows[0][0] if new else None, vocabulary)
    mark = _mark(old, new, [spans])
    return Line(mark, unit.kind, unit.depth, unit.marker, spans, _is_restyled(mark, old, new))


def _table(old: Unit | None, new: Unit | None, fact: str, vocabulary: Vocabulary) -> TableChange:
    was, becomes = old.rows if old else (), new.rows if new else ()
    columns = _columns(was, becomes, vocabulary)

    def row(one: Cells | None, other: Cells | None) -> Row:
        cells = tuple(_cell(_at(one, i), _at(other, j), vocabulary) for i, j in columns)
        return Row(_mark(one, other, cells), cells)

    def likeness(one: Cells, other: Cells) -> float:
        found = vocabulary.likeness(vocabulary.bases(_line(one)), vocabulary.bases(_line(other)), _ALIKE)
        named_alike = bool(one and other and one[0] and key_of(one[0]) == key_of(other[0]))
        return max(found, 0.5) if named_alike else found

    pairs = side_by_side(was[1:], becomes[1:], vocabulary, _row_keys(was), _row_keys(becomes), likeness)
    rows = tuple(row(*pair) for pair in pairs)
    head = row(was[0] if was else None, becomes[0] if becomes else None)
    mark = _whole_mark(old, new, (head, *rows))
    return TableChange(mark, head, rows, fact, _is_restyled(mark, old, new))


def _is_restyled(mark: str, old: Unit | None, new: Unit | None) -> bool:
    return bool(mark == "kept" and old and new and old.style != new.style)


def _columns(was: Rows, becomes: Rows, vocabulary: Vocabulary) -> list[tuple[int | None, int | None]]:
    """Which column stands beside which: those with equal heads, and what is between them in order."""
    widths = [max((len(row) for row in rows), default=0) for rows in (was, becomes)]
    heads = [
        [key_of(_at(rows[0], place) or ()) for place in range(width)] if rows else []
        for rows, width in zip((was, becomes), widths, strict=True)
    ]
    places = [list(range(width)) for width in widths]
    paired = side_by_side(places[0], places[1], vocabulary, heads[0], heads[1], lambda _one, _other: 1.0)
    return list(paired)


def _figure(old: Unit | None, new: Unit | None, vocabulary: Vocabulary) -> FigureChange:
    was, becomes = old.rows if old else (), new.rows if new else ()
    caption, alt = (_cell(was[0][n] if was else None, becomes[0][n] if becomes else None, vocabulary) for n in range(2))

    def likeness(one: Cells, other: Cells) -> float:
        return (
            1.0
            if one[0] == other[0]
            else vocabulary.likeness(vocabulary.bases(_line(one)), vocabulary.bases(_line(other)), _ALIKE)
        )

    rows = []
    for one, other in side_by_side(was[1:], becomes[1:], vocabulary, _row_keys(was), _row_keys(becomes), likeness):
        cells = tuple(_cell(_at(one, n), _at(other, n), vocabulary) for n in range(2))
        rows.append(Row(_mark(one, other, cells), cells))
    before, after = (unit.block if unit and isinstance(unit.block, Figure) else None for unit in (old, new))
    is_redrawn = bool(before and after and (before.picture, before.key) != (after.picture, after.key))
    mark = _whole_mark(old, new, (Row(_mark(old, new, (caption, alt)), (caption, alt)), *rows))
    if is_redrawn and mark == "kept":
        mark = "changed"
    return FigureChange(mark, before, after, caption, alt, tuple(rows), is_redrawn)


def _row_keys(rows: Rows) -> list[object]:
    return [tuple(map(key_of, cells)) for cells in rows[1:]]


def _at(row: Cells | None, place: int | None) -> tuple[Piece, ...] | None:
    return row[place] if row is not None and place is not None and place < len(row) else None


def _line(row: Cells) -> tuple[Piece, ...]:
    return tuple(piece for cell in row for piece in cell)


def _cell(old: tuple[Piece, ...] | None, new: tuple[Piece, ...] | None, vocabulary: Vocabulary) -> Spans:
    if old is None or new is None:
        return all_inserted(new or ()) if old is None else all_deleted(old)
    return spans_between(old, new, vocabulary)


def _mark(old: object, new: object, lines: Iterable[Spans]) -> str:
    if old is None or new is None:
        return "inserted" if old is None else "deleted"
    return "changed" if any(map(is_changed, lines)) else "kept"


def _whole_mark(old: object, new: object, rows: Iterable[Row]) -> str:
    if old is None or new is None:
        return "inserted" if old is None else "deleted"
    return "changed" if any(row.mark != "kept" for row in rows) else "kept"

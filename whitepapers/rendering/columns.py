"""How wide the columns of a table are on paper.

The widths follow from the words: a column of short cells gets what its longest cell needs, so that 版数 or 東京リージョン
never breaks; the columns of sentences share the rest by how much they hold. A browser's own way gives Japanese columns
down to one letter of width, and takes a tenth of the time of a PDF to find that out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

from ..document import History, HistoryEntry, Table, inlines_of, plain_text

MEASURE = 46.5  # of the table, in its own full-width letters
PADDING = 1.5  # of a cell, left and right together
# How much less than a full-width letter others need.
_NARROWER = (
    (re.compile(r"[0-9A-Z]"), 0.23),
    (re.compile(r"[a-z]"), 0.37),
    (re.compile(r"[\u0020-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00ff\uff61-\uff9f]"), 0.55),
)
_WORD = re.compile(r"[\u0021-\u2e7f]+")
LONGEST_WORD = 9.0  # longer ones (addresses) break


def table_shares(table: Table) -> list[int]:
    """The columns' widths in percent; the sum is 100."""
    rows = [[plain_text(cell.children) for cell in row] for row in (table.head, *table.rows)]
    return shares([list(column) for column in zip(*rows, strict=False)])


def history_shares(history: History, this_date: str) -> list[int]:
    """The same for the revision table."""
    return shares(
        [
            [heading, *(_history_text(entry, key, this_date) for entry in history.entries)]
            for key, heading in history.columns
        ]
    )


def shares(columns: Sequence[Sequence[str]]) -> list[int]:
    """Percentages for columns of cell texts, the first of each its heading."""
    wanted = [PADDING + max((_width(cell) for cell in column), default=0) for column in columns]
    least = [PADDING + max((_least(cell) for cell in column), default=0) for column in columns]
    widths = [0.0] * len(columns)
    room, waiting = MEASURE, list(range(len(columns)))
    for place in sorted(waiting, key=wanted.__getitem__):
        if wanted[place] > room / len(waiting):
            break
        widths[place] = wanted[place]
        room -= wanted[place]
        waiting.remove(place)
    if waiting:
        held = {place: sum(_width(cell) for cell in columns[place]) ** 0.7 for place in waiting}
        room -= sum(least[place] for place in waiting)
        for place in waiting:
            widths[place] = least[place] + max(room, 0) * held[place] / sum(held.values())
    return _percentages(widths)


def _history_text(entry: HistoryEntry, key: str, this_date: str) -> str:
    match key:
        case "number":
            return entry.number
        case "date":
            return entry.date or (this_date if entry.this_version else "")
        case "summary":
            return plain_text(tuple(inlines_of(entry.summary)))
        case "note":
            return entry.note
    return entry.author


def _width(text: str) -> float:
    """Of the longest line, in full-width letters."""
    return max(
        len(line) - sum(less * len(narrow.findall(line)) for narrow, less in _NARROWER) for line in text.split("\n")
    )


def _least(text: str) -> float:
    """What must stand in one line: a Latin word, or four letters."""
    longest = max((_width(word) for word in _WORD.findall(text)), default=0)
    return max(min(_width(text), 4.0), min(longest, LONGEST_WORD))


def _percentages(widths: Sequence[float]) -> list[int]:
    total = sum(widths) or 1.0
    edges = [0, *(round(100 * edge / total) for edge in accumulate(widths))]
    return [right - left for left, right in pairwise(edges)]

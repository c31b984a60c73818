"""Two texts that began as one, put together again: what one person changed and what the other did. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_SENTENCE = re.compile(r"[^。！？\n]*(?:[。！？]+[」』）)]*|\n)|[^。！？\n]+")


@dataclass(frozen=True, slots=True)
class Merged:
    text: str
    clashes: int  # places that both changed: both are in the text, theirs first


def merged_text(opened: str | None, mine: str, theirs: str) -> Merged:
    """``mine`` and ``theirs``, sentence by sentence, on top of what both began with. No word of either is lost but
    what the other took out of the common text. Without ``opened`` everything of both stays."""
    one, other = _sentences(mine), _sentences(theirs)
    before = _sentences(opened) if opened is not None else _common(one, other)
    in_mine, in_theirs = _places(before, one), _places(before, other)
    parts: list[str] = []
    clashes = i = j = k = 0
    for stable in [*sorted(in_mine.keys() & in_theirs.keys()), len(before)]:
        m, t = in_mine.get(stable, len(one)), in_theirs.get(stable, len(other))
        old, new_mine, new_theirs = before[i:stable], one[j:m], other[k:t]
        if new_mine in (old, new_theirs):
            parts += new_theirs
        elif new_theirs == old:
            parts += new_mine
        else:
            clashes += 1
            parts += _union(new_theirs, new_mine, begins_line=not parts or parts[-1].endswith("\n"))
        parts += before[stable : stable + 1]
        i, j, k = stable + 1, m + 1, t + 1
    return Merged("".join(parts), clashes)


def merged_fields(
    opened: Mapping[str, Any] | None, mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Each field as whoever changed it left it; beside them the names of those that both changed, which stay mine."""
    found, clashes = {}, []
    for name, value in mine.items():
        if value != theirs[name] and opened is not None and opened.get(name) == value:
            found[name] = theirs[name]
            continue
        found[name] = value
        if value != theirs[name] and (opened is None or opened.get(name) != theirs[name]):
            clashes.append(name)
    return found, clashes


def _sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text.replace("\r\n", "\n"))


def _common(one: Sequence[str], other: Sequence[str]) -> list[str]:
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return [sentence for block in blocks for sentence in one[block.a : block.a + block.size]]


def _places(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {block.a + n: block.b + n for block in blocks for n in range(block.size)}


def _union(one: Sequence[str], other: Sequence[str], *, begins_line: bool) -> list[str]:
    """Everything of both, what they share once."""
    parts: list[str] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        first, second = one[a1:a2], other[b1:b2]
        at_line_start = parts[-1].endswith("\n") if parts else begins_line
        parts += first
        if tag == "replace" and at_line_start and not first[-1].endswith("\n"):
            parts.append("\n")
        if tag != "equal":
            parts += second
    return parts

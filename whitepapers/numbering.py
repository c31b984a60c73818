"""The printed numbers of an outline. Pure: a tree in, numbers out.

- ``decimal``: the section's place among the decimal sections under its numbered parent (8, 8.3).
- ``control``: the id of its first control, with the paper's prefix (A.5.1.1, CLD.6.3.1); a decimal child continues it.
- ``none``: no number. Such a section is transparent: its numbered children count as if they stood in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .labels import with_prefix

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Node(Generic[Key]):
    """A section as numbering sees it."""

    key: Key
    numbering: str  # decimal, control or none
    control: str = ""  # the id of its first control
    children: Sequence[Node[Key]] = ()


@dataclass(slots=True)
class _Count:
    """How many decimal sections have been met under one numbered parent."""

    parent: str  # "" at the top
    last: int = 0

    def next(self) -> str:
        self.last += 1
        return f"{self.parent}.{self.last}" if self.parent else str(self.last)


def numbers(roots: Iterable[Node[Key]], *, control_prefix: str = "", suffix: str = "") -> Mapping[Key, str]:
    """The printed number of every section, "" for none. ``suffix`` follows the numbers of the top level (``11.``)."""
    found: dict[Key, str] = {}
    _number(roots, _Count(""), control_prefix, suffix, found)
    return found


def _number(nodes: Iterable[Node[Key]], count: _Count, control_prefix: str, suffix: str, found: dict[Key, str]) -> None:
    for node in nodes:
        if node.numbering == "decimal":
            number = count.next()
            found[node.key] = number if count.parent else number + suffix
            below = _Count(number)
        elif node.numbering == "control" and node.control:
            found[node.key] = number = with_prefix(node.control, control_prefix)
            below = _Count(number)
        else:
            found[node.key] = ""
            below = count
        _number(node.children, below, control_prefix, suffix, found)

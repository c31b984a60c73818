"""Ways through crosswalks: from edition to edition, from number to numbers. Pure."""

import heapq
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)

# How much a table is doubted, by its confidence.
DOUBT = {"high": 0, "medium": 1, "low": 2}


def shortest(tables: Sequence[tuple[Node, Node, int]], source: Node, target: Node) -> list[tuple[int, bool]] | None:
    """The way from ``source`` to ``target`` through ``tables`` (from, to, doubt), or ``None``.

    A step is the index of a table and whether it is walked backwards. The fewest steps win, then the least
    doubt.
    """
    counter = 0
    heap: list[tuple[int, int, int, Node, list[tuple[int, bool]]]] = [(0, 0, 0, source, [])]
    seen: set[Node] = set()
    while heap:
        length, doubt, _, node, way = heapq.heappop(heap)
        if node == target:
            return way
        if node in seen:
            continue
        seen.add(node)
        for index, (start, end, its_doubt) in enumerate(tables):
            for here, there, backwards in ((start, end, False), (end, start, True)):
                if here == node and there not in seen:
                    counter += 1  # a tie is broken by the order of the tables, never by comparing nodes
                    step = (length + 1, doubt + its_doubt, counter, there, [*way, (index, backwards)])
                    heapq.heappush(heap, step)
    return None


def inverse(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(target, source) for source, target in pairs]


def follow(tables: Iterable[Iterable[tuple[str, str]]]) -> dict[str, list[str]]:
    """Number → numbers after walking the tables one after the other, each number once."""
    steps = [_grouped(pairs) for pairs in tables]
    if not steps:
        return {}
    found = steps[0]
    for step in steps[1:]:
        found = {number: _through(numbers, step) for number, numbers in found.items()}
    return {number: numbers for number, numbers in found.items() if numbers}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for source, target in pairs:
        grouped.setdefault(source, []).append(target)
    return grouped


def _through(numbers: Iterable[str], step: Mapping[str, Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(target for number in numbers for target in step.get(number, ())))

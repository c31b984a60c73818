"""A term that one paper writes otherwise than another throughout: お客さま → お客様. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

from .diff import Changes, SectionChange
from .diff_blocks import lines_of
from .diff_tokens import is_name
from .diff_words import Spans
from .document import (
    Cover,
    Document,
    FactMeta,
    FactValue,
    Figure,
    Layer,
    Missing,
    Note,
    Reference,
    Section,
    Text,
)

_EVERYWHERE = 3  # sections from which on it is one of the whole paper
_LONGEST = 12  # characters
Terms = Sequence[tuple[str, str]]

# Where a Document holds words that people read; names, anchors and addresses stay as they are.
_WORDS: dict[type, tuple[str, ...]] = {
    Text: ("text",),
    FactValue: ("text",),
    Reference: ("title",),
    Missing: ("label",),
    Note: ("marker",),
    Figure: ("caption", "alt"),
    Layer: ("name", "party"),
    Section: ("title", "reference_line"),
    Cover: ("title", "subtitle", "service", "company", "classification"),
    FactMeta: ("display",),
}


def changed_terms(changes: Changes, after: Document) -> list[tuple[str, str]]:
    """The terms that three sections or more write in the new way, and the newer paper nowhere in the old one; the most
    frequent first."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for change in changes.sections:
        if change.before and change.after:
            for pair in _replaced(change):
                found[pair].add(change.anchor)
    frequent = [pair for pair, anchors in found.items() if len(anchors) >= _EVERYWHERE and all(map(is_name, pair))]
    text = "\n".join(_texts(after)) if frequent else ""
    gone = [(old, new) for old, new in frequent if old not in text.replace(new, "")]
    return sorted(gone, key=lambda pair: -len(found[pair]))


def _replaced(change: SectionChange) -> Iterator[tuple[str, str]]:
    """What went and what came in its place."""
    for line in (change.title, *(line for block in change.blocks for line in lines_of(block))):
        yield from _pairs(line)


def _pairs(line: Spans) -> Iterator[tuple[str, str]]:
    for one, other in pairwise(line):
        if (one.mark, other.mark) == ("deleted", "inserted") and _is_term(one.before) and _is_term(other.after):
            yield one.before, other.after


def _is_term(text: str) -> bool:
    return len(text) <= _LONGEST and bool(text.strip()) and not any(map(str.isdigit, text))


def _texts(document: Document) -> Iterator[str]:
    """All that the paper says but its history, which tells of old times."""
    printed = document.printed
    yield from _said((printed.cover, printed.sections))
    yield from printed.notices
    for pair in printed.colophon:
        yield from pair


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, tuple):
        for item in value:
            yield from _said(item)
    elif is_dataclass(value):
        for name in _WORDS.get(type(value), ()):
            yield getattr(value, name)
        for each in fields(value):
            yield from _said(getattr(value, each.name))


def with_terms(document: Document, terms: Terms) -> Document:
    """The Document as it would be with the new terms."""

    def put(text: str) -> str:
        for old, new in terms:
            text = text.replace(old, new)
        return text

    printed = document.printed
    return replace(
        document,
        printed=replace(
            printed,
            cover=_put(printed.cover, put),
            header=put(printed.header),
            sections=_put(printed.sections, put),
            colophon=tuple((put(label), put(value)) for label, value in printed.colophon),
            notices=tuple(map(put, printed.notices)),
        ),
        meta=replace(document.meta, sections=_put(document.meta.sections, put)),
    )


def _put(value: Any, put: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_put(item, put) for item in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    words = _WORDS.get(type(value), ())
    found = {each.name: getattr(value, each.name) for each in fields(value)}
    return type(value)(**{name: put(item) if name in words else _put(item, put) for name, item in found.items()})

"""Which characters the embedded fonts can print."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from fontTools.ttLib import TTFont

from ..document import Document, Figure, Imprint, Section, inlines_of, plain_text
from .environment import ASSETS

GETA = "〓"  # stands for a missing glyph, as in metal type
_LAYOUT = {0x0A, 0x09, 0x0D, 0x20}
_EMOJI = {0x261D}  # ☝: the fonts have it, but Pango takes it for an emoji and goes to look in a system font
# Joiners, variation selectors and marks of direction have no shape of their own.
_INVISIBLE = {
    *(0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
# Signs that office programs put in by themselves, and what they stand for.
_SAME = {0x2011: "-", 0x2012: "–", 0x202F: "\u00a0", 0x205F: " ", **dict.fromkeys(range(0x2000, 0x200B), " ")}
_COMPOSED = re.compile("[^\\W\\d_][\u0300-\u036f\u3099\u309a]+")


@dataclass(frozen=True, slots=True)
class MissingGlyph:
    character: str
    anchor: str  # of the section, "" on the cover and in back matter
    place: str  # the section's heading, or the part of the paper


class GlyphsMissing(Exception):
    """The paper holds characters that the embedded fonts cannot print; the message names each and its place."""

    def __init__(self, missing: Iterable[MissingGlyph]) -> None:
        self.missing = tuple(missing)
        names = "、".join(f"「{m.character}」（U+{ord(m.character):04X}、{m.place}）" for m in self.missing[:10])
        super().__init__(f"印刷できない文字があります：{names}")


@cache
def covered() -> frozenset[int]:
    """The code points that the shipped fonts have a glyph for."""
    found: set[int] = set(_LAYOUT)
    for path in sorted((ASSETS / "fonts").glob("*-Regular.ttf")):
        with TTFont(path, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found - _EMOJI)


def printable(text: str) -> str:
    """``text`` with 〓 in place of what the fonts lack; marks that join (か + ゛) are joined, invisible signs dropped."""
    text = _joined(text)
    lacking = {ord(character) for character in set(text)} - covered()
    if not lacking:
        return text
    return text.translate({code: _SAME.get(code, "" if code in _INVISIBLE else GETA) for code in lacking})


def missing_glyphs(document: Document, imprint: Imprint | None = None) -> tuple[MissingGlyph, ...]:
    """Every character that would print as 〓, once for each place, in the order of the paper."""
    found: dict[MissingGlyph, None] = {}
    boxes = imprint.approvals if imprint else ()
    for anchor, place, text in (*_texts(document), *(("", "承認欄", box.label + box.name) for box in boxes)):
        for character in _joined(text):
            code = ord(character)
            if code not in covered() and code not in _INVISIBLE and code not in _SAME:
                found[MissingGlyph(character, anchor, place)] = None
    return tuple(found)


def _joined(text: str) -> str:
    return _COMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def _texts(document: Document) -> Iterator[tuple[str, str, str]]:
    """(anchor, place, text) of everything that is printed."""
    printed = document.printed
    cover = printed.cover
    for text in (cover.title, cover.subtitle, cover.service, cover.company, cover.version, cover.date_label):
        yield "", "表紙", text
    for text in (cover.document_number, cover.classification, printed.header):
        yield "", "表紙", text
    for _, heading in printed.history.columns:
        yield "", printed.history.heading, heading
    yield "", printed.history.heading, printed.history.heading
    for entry in printed.history.entries:
        summary = plain_text(tuple(inlines_of(entry.summary)))
        yield "", printed.history.heading, entry.number + entry.date + summary + entry.note + entry.author
    for section in document.walk():
        yield section.anchor, section.heading, "".join(_section_texts(section))
    for notice in printed.notices:
        yield "", "注意書き", notice
    for heading, value in printed.colophon:
        yield "", "奥付", heading + value


def _section_texts(section: Section) -> Iterator[str]:
    yield section.heading
    yield section.reference_line
    yield plain_text(tuple(inlines_of(section.blocks)))
    for block in section.blocks:
        if isinstance(block, Figure):
            yield block.caption
            yield from (layer.name + layer.party for layer in block.layers)

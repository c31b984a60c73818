"""The responsibility figure (責任分界点): layers from top to bottom, and beside them who answers for each."""

from __future__ import annotations

from itertools import groupby

from markupsafe import Markup, escape

from ..document import Figure

WIDTH = 480  # of the drawing, in its own units (about 0.35 mm on paper)
ROW = 30
GAP = 4
SPLIT = 300  # where the column of the parties begins
SIZE = 11  # of the letters
FAMILY = "Hakusho Gothic, Hiragino Sans, Yu Gothic, Noto Sans CJK JP, sans-serif"
# Party by party in the order of their first layer: fill and line. Each is named beside its colour.
PALETTE = (("#e9eff7", "#25497a"), ("#e6f2ec", "#276a49"), ("#fbf1dc", "#855a0c"), ("#f1ecf5", "#5d4278"))


def responsibility_svg(figure: Figure) -> Markup:
    """The figure as inline SVG. Its title is the alternative text; presentation is in attributes, none in a style."""
    colours = {party: PALETTE[place % len(PALETTE)] for place, party in enumerate(figure.parties)}
    parts: list[Markup] = []
    top = 1
    for party, layers in groupby(figure.layers, key=lambda layer: layer.party):
        paint = colours[party]
        names = [layer.name for layer in layers]
        height = len(names) * ROW + (len(names) - 1) * GAP
        for place, name in enumerate(names):
            y = top + place * (ROW + GAP)
            parts += [
                _box(1, y, SPLIT - 8, ROW, paint),
                _words(name, SPLIT / 2 - 3, y + ROW / 2, SPLIT - 20),
            ]
        parts += [
            _box(SPLIT, top, WIDTH - SPLIT - 1, height, paint),
            _words(party, (SPLIT + WIDTH) / 2, top + height / 2, WIDTH - SPLIT - 12),
        ]
        top += height + GAP
    height = top - GAP + 1
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" class="responsibility" viewBox="0 0 {w} {h}"'
        ' width="{w}" height="{h}"><title>{alt}</title>{parts}</svg>'
    ).format(w=WIDTH, h=height, alt=figure.alt, parts=Markup("").join(parts))


def _box(x: float, y: float, width: float, height: float, paint: tuple[str, str]) -> Markup:
    return Markup(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="3" fill="{}" stroke="{}" stroke-width="0.8"/>'
    ).format(x, y, width, height, *paint)


def _words(text: str, x: float, y: float, room: float) -> Markup:
    """One line, set smaller when it would be wider than its box (a full-width letter is as wide as it is high)."""
    width = sum(1.0 if ord(character) > 0x2E7F else 0.55 for character in text) * SIZE
    size = SIZE if width <= room else max(5.0, round(SIZE * room / width, 1))
    return Markup(
        '<text x="{}" y="{}" font-family="{}" font-size="{}" text-anchor="middle" fill="#1c2530">{}</text>'
    ).format(x, round(y + size * 0.36, 1), FAMILY, size, escape(text))

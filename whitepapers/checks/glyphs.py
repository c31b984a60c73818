"""Can every character be printed?"""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document
from ..rendering.glyphs import missing_glyphs
from .registry import Finding, Severity, register


@register
def missing_glyph(document: Document) -> Iterator[Finding]:
    for missing in missing_glyphs(document):
        sentence = (
            f"「{missing.character}」（U+{ord(missing.character):04X}）は印刷できません。別の文字に置き換えてください。"
        )
        yield Finding(
            "glyphs.missing_glyph",
            Severity.BLOCKING,
            missing.anchor,
            missing.place,
            sentence,
            f"U+{ord(missing.character):04X}",
        )

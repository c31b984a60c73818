"""Makes static/document/draft.svg: the word DRAFT as outlines, so that it never stands in the text of a PDF."""

from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).resolve().parent.parent / "static" / "document"


def main() -> None:
    font = TTFont(ASSETS / "fonts" / "HakushoGothic-Bold.ttf")
    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    pen = SVGPathPen(glyphs, ntos=lambda value: str(round(value)))
    x = 0
    for letter in "DRAFT":
        glyph = glyphs[names[ord(letter)]]
        glyph.draw(TransformPen(pen, (1, 0, 0, -1, x, 0)))
        x += glyph.width + 120
    # 520 × 520 pt, turned by 45 degrees about its middle; a light grey, not a transparency.
    scale = 520 / x
    path = f'<path transform="translate(260 260) rotate(-45) scale({scale:.4f}) translate({-x / 2:.0f} 740)"'
    (ASSETS / "draft.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="520pt" height="520pt" viewBox="0 0 520 520">'
        f'{path} fill="#f0f2f5" d="{pen.getCommands()}"/></svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()

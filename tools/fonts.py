"""Makes static/document/fonts/ from Debian's BIZ UD fonts (apt-get install fonts-morisawa-bizud-gothic).

Each weight is cut in two: what Windows and Mac users type (the cp932 repertoire) and the rest of the family, which is
only opened for a rare character. Kana and kanji stand on the full-width grid of BIZ UDGothic; Latin letters, digits and
signs are the proportional ones of BIZ UDPGothic. A small font subsets faster and gives smaller PDFs: docs/decisions/.
Full-width brackets and stops that meet are kerned, so that no hole of a whole letter stands between them (JLREQ 3.1.4).

    python tools/fonts.py [SOURCE_FOLDER]
"""

import sys
import tempfile
from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SOURCE = Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/truetype/bizud-gothic")
TARGET = Path(__file__).resolve().parent.parent / "static" / "document" / "fonts"
LICENCE = Path("/usr/share/doc/fonts-morisawa-bizud-gothic/copyright")
DROPPED = ["DSIG", "VDMX", "hdmx", "LTSH", "gasp", "meta", "vhea", "vmtx", "VORG", "GPOS", "GSUB", "GDEF"]
WEIGHTS = ("Regular", "Bold")
FAMILY = "Hakusho Gothic"

LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x250)} - {0x5C}
# Full-width signs by where their ink stands in the square: left half, right half, middle.
CLOSING = "」』）】〕］｝〉》、。，．"
OPENING = "「『（【〔［｛〈《"
MIDDLE = "・：；"
EPOCH = 3_786_912_000  # 2024-01-01 in font time: the same file whenever it is made


def repertoire() -> set[int]:
    """Every character that cp932 can write, with the signs of ISO 8859-1."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
    for lead in range(0x81, 0xFD):
        for trail in range(0x40, 0xFD):
            try:
                found.add(ord(bytes([lead, trail]).decode("cp932")))
            except (UnicodeDecodeError, TypeError):
                continue
    found |= {0x2010, 0x2011, 0x2013, 0x2014, 0x2015, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AC, 0x301C}
    found |= {0x3013, 0xFF0D, 0xFF5E}  # 〓 stands for a missing glyph
    return found


def cut(source: Path, unicodes: set[int], target: Path) -> None:
    font = TTFont(source)
    options = Options(layout_features=["kern", "palt", "vert"], name_IDs=["*"], notdef_outline=True, hinting=False)
    options.drop_tables += DROPPED
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    font.save(target)


def kern_punctuation(font: TTFont) -> None:
    """Where the blank halves of two signs meet, one of the halves goes."""
    names = font.getBestCmap()

    def glyphs(signs: str) -> str:
        return "[" + " ".join(names[ord(sign)] for sign in signs) + "]"

    half = font["head"].unitsPerEm // 2
    addOpenTypeFeaturesFromString(
        font,
        "languagesystem DFLT dflt; feature kern {"
        f"pos {glyphs(CLOSING)} {glyphs(CLOSING + OPENING + MIDDLE)} -{half};"
        f"pos {glyphs(OPENING + MIDDLE)} {glyphs(OPENING)} -{half};"
        "} kern;",
    )


def licence(font: TTFont) -> str:
    """The OFL below the copyright line of the fonts, taken out of Debian's machine-readable file."""
    text = LICENCE.read_text(encoding="utf-8").split("License: SIL-1.1\n")[-1]
    lines = []
    for line in text.splitlines():
        if not line.startswith(" "):
            break
        lines.append("" if line == " ." else line[1:])
    notice = f"{font['name'].getDebugName(0)}\n\n"
    notice += "This Font Software is licensed under the SIL Open Font License, Version 1.1.\n\n"
    return notice + "\n".join(lines) + "\n"


def name(font: TTFont, family: str, weight: str) -> None:
    copyright_ = font["name"].getDebugName(0)
    font["name"].names = []
    names = {0: copyright_, 1: family, 2: weight, 3: f"{family} {weight}", 4: f"{family} {weight}", 5: "Version 1.0"}
    names |= {
        6: f"{family}-{weight}".replace(" ", ""),
        13: "SIL Open Font License 1.1",
        14: "https://openfontlicense.org",
    }
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["head"].created = font["head"].modified = EPOCH
    font.recalcTimestamp = False


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    common = repertoire()
    for weight in WEIGHTS:
        grid, latin = SOURCE / f"BIZUDGothic-{weight}.ttf", SOURCE / f"BIZUDPGothic-{weight}.ttf"
        everything = set(TTFont(grid).getBestCmap())
        with tempfile.TemporaryDirectory() as folder:
            parts = [Path(folder) / "latin.ttf", Path(folder) / "grid.ttf"]
            cut(latin, LATIN & common, parts[0])
            cut(grid, common - LATIN, parts[1])
            merged = Merger().merge([str(part) for part in parts])
        kern_punctuation(merged)
        name(merged, FAMILY, weight)
        merged.save(TARGET / f"HakushoGothic-{weight}.ttf")
        rest = Path(TARGET / f"HakushoGothicRare-{weight}.ttf")
        cut(grid, everything - common, rest)
        font = TTFont(rest, recalcTimestamp=False)
        name(font, f"{FAMILY} Rare", weight)
        font.save(rest)
    (TARGET / "OFL.txt").write_text(licence(font), encoding="utf-8")
    for path in sorted(TARGET.iterdir()):
        sys.stdout.write(f"{path.name} {path.stat().st_size:,}\n")


if __name__ == "__main__":
    main()

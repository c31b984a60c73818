"""Which characters a text may hold: the single truth, for whatever a person types or a file brings. Pure: no Django."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_NEVER = "\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)
)
_UNPRINTABLE = {True: re.compile(f"[{_NEVER}]"), False: re.compile(f"[\n\t{_NEVER}]")}  # in many lines, in one


class InvalidText(ValueError):
    """Text that cannot be kept; the message is a sentence for people."""


def clean(text: str, *, multiline: bool = False) -> str:
    """``text`` with its line ends made LF. Raises InvalidText for control characters, naming character and line.

    Tabs, and newlines when ``multiline``, are no control characters here; characters that reorder the text around
    them (bidirectional overrides), halves of surrogate pairs and Unicode's noncharacters are treated as such.
    """
    text = _LINE_ENDS.sub("\n", text)
    if match := _UNPRINTABLE[multiline].search(text):
        where = f"{text.count(chr(10), 0, match.start()) + 1}行目に" if multiline else ""
        raise InvalidText(f"{where}使用できない制御文字（U+{ord(match[0]):04X}）が含まれています。")
    return text


def written(text: str, *, most: int, missing: str = "", multiline: bool = True) -> str:
    """What somebody typed, stripped and clean. InvalidText, with a sentence, for what ``clean`` refuses, for more than
    ``most`` letters, and with the sentence ``missing`` when there is one and nothing was typed."""
    text = clean(text.strip(), multiline=multiline)
    if not text and missing:
        raise InvalidText(missing)
    if len(text) > most:
        raise InvalidText(f"{most:,}文字までで入力してください。")
    return text


def check(value: object, *, multiline: bool = False) -> None:
    """Raises InvalidText when a text in ``value`` is none to keep.

    ``value`` is a text, or a list of texts or of lists of texts as they are typed, one per line; anything else passes.
    """
    if isinstance(value, str):
        clean(value, multiline=multiline)
    elif isinstance(value, list | tuple):
        lines = ("：".join(map(str, item)) if isinstance(item, list | tuple) else str(item) for item in value)
        clean("\n".join(lines), multiline=True)

"""When two titles of a control are the same title. Pure."""

import re
import unicodedata

# Spellings that differ between editions of JIS and in print without meaning another title.
_SPELLINGS = (
    ("および", "及び"),
    ("または", "又は"),
    ("ぜい弱", "脆弱"),
    ("順守", "遵守"),
    ("取り扱い", "取扱い"),
    ("取扱(?!い)", "取扱い"),
)
_PATTERNS = tuple((re.compile(pattern), word) for pattern, word in _SPELLINGS)


def fold(title: str) -> str:
    """What of a title counts in a comparison: NFKC, no spaces, small letters, one spelling of each word."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", title)).casefold()
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    return text


def same_title(a: str, b: str) -> bool:
    return fold(a) == fold(b)

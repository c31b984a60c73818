"""Whatever an author types is printed, in order, quickly; and what is found in a body is what is printed of it."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from whitepapers.document import FactValue, Note, Table, inlines_of, plain_text
from whitepapers.text import InvalidText, Placeholder, clean, placeholders, to_blocks, too_wide_rows

LETTERS = "あいう漢字abc"
MARKS = "*_-+・●‐|:[](){}<>\\`~#!※&;=\"'@ 　\n\t1２.)"
PIECES = [
    "{{ a }}", "{{ref: b}}", "{{ figure: c }}", "\\{{ d }}", "\\\\{{ e }}", "{{", "}}", "**", "\n\n", "\n- ", "\n　・",
    "\n1. ", "\n|a|b|\n|-|-|\n|", "|", "\n※1 ", "[", "](https://e.com)", "](https://e.com/{{ f }})", "https://e.com/",
    "<", ">", "\\", "あ", "x", " ", "　",
]  # fmt: skip


def printed(body: str) -> str:
    return "".join(map(_text, to_blocks(body)))


def _text(block) -> str:
    match block:
        case Table(head, rows):
            return "".join(plain_text(cell.children) for row in (head, *rows) for cell in row)
        case Note(marker, children):
            return marker + plain_text(children)
    if hasattr(block, "items"):
        return "".join(_text(part) for item in block.items for part in item)
    return plain_text(block.children)


def is_subsequence(part: str, whole: str) -> bool:
    characters = iter(whole)
    return all(character in characters for character in part)


@given(st.text(LETTERS + MARKS, max_size=120))
@example("|a|\n|-|\n|b\\||\n")
@example("- a\n  - b\n\n  c")
@example("**a ***b** c**")
def test_every_letter_is_printed_once_and_in_order(body):
    assume(not list(too_wide_rows(body)))
    assert [c for c in printed(body) if c in LETTERS] == [c for c in body if c in LETTERS]


@given(st.text(LETTERS + MARKS, max_size=120))
def test_nothing_is_printed_that_was_not_written(body):
    assert is_subsequence("".join(printed(body).split()), body)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("\\\\{{ e }}")
@example("[a](https://e.com/{{ f }})")
@example('[a](https://e.com "{{ g }}")')
def test_the_placeholders_found_are_the_placeholders_printed(body):
    assume(not list(too_wide_rows(body)))
    try:
        found = list(placeholders(body))
    except InvalidText:
        return
    resolved: list[tuple[Placeholder, bool]] = []

    def resolve(placeholder: Placeholder, alone: bool) -> FactValue:
        resolved.append((placeholder, alone))
        return FactValue(placeholder.name, "")

    to_blocks(body, resolve)
    assert [placeholder for placeholder, _ in resolved] == [placed.placeholder for placed in found]
    for (_, alone), placed in zip(resolved, found, strict=True):
        assert alone or not placed.alone, "what passes the check as alone in its line can become a block"


@given(st.text(st.characters(), max_size=200))
def test_no_clean_text_makes_the_parser_fail(text):
    try:
        body = clean(text, multiline=True)
    except InvalidText:
        return
    blocks = to_blocks(body)
    list(too_wide_rows(body))
    list(inlines_of(blocks))


@given(st.text(st.characters(), max_size=100))
def test_clean_text_is_clean(text):
    try:
        cleaned = clean(text, multiline=True)
    except InvalidText:
        return
    assert clean(cleaned, multiline=True) == cleaned
    assert "\r" not in cleaned


# --- Control characters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\u202e", "\u2066", "\ud800", "\ufffe", "\U0010ffff"],
    ids=lambda character: f"U+{ord(character):04X}",
)
def test_characters_that_cannot_be_printed_are_refused_by_name_and_line(character):
    with pytest.raises(InvalidText, match=f"2行目に使用できない制御文字（U\\+{ord(character):04X}）"):
        clean(f"a\nb{character}c", multiline=True)
    with pytest.raises(InvalidText, match="使用できない制御文字"):
        clean(character)


def test_line_ends_of_every_system_become_one():
    assert clean("a\r\nb\rc\u2028d\u2029e\nf", multiline=True) == "a\nb\nc\nd\ne\nf"


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\r\nb", "a\u2028b"])
def test_a_line_has_no_line_ends_and_no_tabs(text):
    with pytest.raises(InvalidText):
        clean(text)


def test_other_scripts_emoji_and_rare_kanji_are_text():
    text = "髙﨑𠮷 👨‍👩‍👧 مرحبا \u200f ゔ゙ 葛\U000e0100 \u00a0"
    assert clean(text) == text


# --- Bounds -------------------------------------------------------------------------------------------------------

LENGTH = 100_000


def repeated(piece: str) -> str:
    return (piece * LENGTH)[:LENGTH]


HEAVY = {
    **{
        piece: repeated(piece)
        for piece in (
            "[", "![", "[[", "](", "[a](", "(", ")", "*", "**", "**a ", "a** ", "a**b", "*a**", "_", "_a ", "`", "<", "<a@",
            "<http://", "http://", "https://a(", "http://)", "{{", "{{ x }}", "{{ x }}\n", "{{ ref: ", "\\", "\\\n", "|", "|a",
            "|a|b|\n|-|-|\n", ":-|", "・", "・a\n", "- a\n", "- - ", "1. a\n", "※\n", "※1 a", "\n", "\t", "\u3000", "a\n", "あ**い",
        )
    },
    "bold in bold": "**a " * 12_000 + "x" + " b**" * 12_000,
    "runs of stars": "**" * 20_000 + "x" + "**" * 20_000,
    "brackets in brackets": "[" * 20_000 + "a" + "](http://a)" * 7_000,
    "an address and brackets": "https://a" + ")" * 99_000,
    "angle brackets": "<" * 50_000 + ">" * 50_000,
    "a table that lacks its cells": "|a" * 20_000 + "|\n" + "|-" * 20_000 + "|\nx|\n" * 1_000,
    "a wide table of empty rows": "|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "|\n" * 49_000,
    "heads without a table": "|a|\n|-|-|\n" * 10_000,
    "spaces": " " * 99_999 + "x",
    "a table and spaces": "|a|\n" + " " * 90_000 + "x",
    "bullets in bullets": "".join("　" * depth + "・x\n" for depth in range(440)),
    "bullets in bullets, in and out": "".join("　" * (depth % 40) + "・x\n" for depth in range(4_000)),
}  # fmt: skip


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY)
def test_no_body_takes_long(body):
    start = time.process_time()
    to_blocks(body[:LENGTH])
    list(too_wide_rows(body[:LENGTH]))
    with suppress(InvalidText):
        list(placeholders(body[:LENGTH]))
    assert time.process_time() - start < 6, "about a second and a half is usual"

"""The limits of a file: what just fits is read, one more is refused with its place (importing/reading.py)."""

import json

import pytest

from tests.factories import prose
from tests.whitepapers.test_import_reading import changed, data, refused
from whitepapers.importing.reading import MAX_FILE, read


def test_the_largest_file_is_read_and_one_byte_more_is_refused():
    content = json.dumps(data()).encode()
    assert read(content + b" " * (MAX_FILE - len(content)))
    assert refused(content + b" " * (MAX_FILE + 1 - len(content))).startswith("ファイルが大きすぎます。20MBまで")


def test_a_large_file_of_nothing_is_refused_in_seconds():
    zeros = b",".join([b"0"] * 9_000_000)
    assert "sections：節が9,000,000個あります。2,000個まで" in refused(
        b'{"format":"hakusho/1","sections":[' + zeros + b"]}"
    )


def nested(levels):
    sections = [prose("A")]
    for _ in range(levels - 1):
        sections = [prose("A", children=sections)]
    return data(sections=sections)


def test_six_levels_are_read_and_seven_refused():
    assert read(json.dumps(nested(6)).encode())
    place = "sections[0]" + ".children[0]" * 5
    assert f"{place}.children：節の階層が深すぎます。6階層まで" in refused(nested(7))


def test_two_thousand_sections_are_read_and_one_more_refused():
    assert read(json.dumps(data(sections=[prose("A")] * 2_000)).encode())
    nested_too = [prose("A", children=[prose("B")] * 1_000), *[prose("A")] * 1_000]
    assert "sections：節が2,001個あります。2,000個まで" in refused(data(sections=nested_too))


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        (("sections", 0, "title"), 300),
        (("sections", 0, "body"), 100_000),
        (("whitepaper", "title"), 300),
        (("whitepaper", "subtitle"), 300),
        (("whitepaper", "header"), 300),
        (("whitepaper", "document_number"), 100),
        (("whitepaper", "classification"), 100),
        (("whitepaper", "version_label"), 100),
        (("whitepaper", "reference_line"), 300),
        (("whitepaper", "control_prefix"), 10),
        (("whitepaper", "number_suffix"), 5),
        (("provider", "name"), 200),
        (("provider", "address"), 300),
        (("provider", "customer_term"), 50),
        (("service", "name"), 200),
        (("service", "alias"), 100),
        (("figures", 0, "caption"), 300),
        (("figures", 0, "alt"), 1_000),
        (("history", 0, "summary"), 20_000),
        (("history", 0, "author"), 100),
    ],
)
def test_the_longest_text_is_read_and_one_character_more_refused(path, limit):
    assert read(json.dumps(changed(path, "𠮷" * limit)).encode())
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
    assert f"{place}：長すぎます（{limit + 1:,}文字）。{limit:,}文字まで" in refused(changed(path, "𠮷" * (limit + 1)))


def test_five_hundred_history_rows_are_read_and_one_more_refused():
    assert read(json.dumps(data(history=[{"number": str(n)} for n in range(500)])).encode())
    rows = [{"number": str(n)} for n in range(501)]
    assert "history：多すぎます（501個）。500個まで" in refused(data(history=rows))

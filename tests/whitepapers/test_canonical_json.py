"""A Document's JSON: canonical, whole, and read back only when it is one (canonical.py)."""

from __future__ import annotations

import json
import typing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitepapers import document
from whitepapers.document import (
    Cell,
    Cover,
    Document,
    FactMeta,
    History,
    HistoryEntry,
    List,
    Meta,
    Paragraph,
    Printed,
    Section,
    SectionMeta,
    Strong,
    Table,
    Text,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
JSON = st.recursive(
    st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=5,
)


def of(class_: type, **known: st.SearchStrategy) -> st.SearchStrategy:
    """Instances of a frozen dataclass, field by field as its annotations say."""
    hints = typing.get_type_hints(class_, vars(document))
    return st.builds(class_, **{name: known[name] if name in known else _for(hint) for name, hint in hints.items()})


def _for(hint: typing.Any) -> st.SearchStrategy:
    if hint is typing.Any:
        return JSON
    if hint in (str, int, bool):
        return {str: TEXT, int: st.integers(-(10**6), 10**6), bool: st.booleans()}[hint]
    args = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        if args[-1] is ...:
            return st.lists(_for(args[0]), max_size=2).map(tuple)
        return st.tuples(*map(_for, args))
    if args:
        return st.one_of(*map(_for, args))
    return st.none() if hint is type(None) else of(hint)


INLINE = st.recursive(
    st.one_of(*(of(getattr(document, name)) for name in ("Text", "Break", "FactValue", "Reference", "Missing"))),
    lambda inner: st.one_of(
        st.builds(Strong, st.lists(inner, max_size=2).map(tuple)),
        st.builds(document.Link, TEXT, st.lists(inner, max_size=2).map(tuple)),
    ),
    max_leaves=4,
)
LINE = st.lists(INLINE, max_size=2).map(tuple)
CELLS = st.lists(st.builds(Cell, LINE, TEXT), max_size=2).map(tuple)
BLOCK = st.recursive(
    st.one_of(
        st.builds(Paragraph, LINE),
        st.builds(document.Note, TEXT, LINE),
        st.builds(Table, CELLS, st.lists(CELLS, max_size=2).map(tuple), TEXT),
        of(document.Figure),
    ),
    lambda inner: st.builds(
        List, st.booleans(), st.integers(0, 99), st.lists(st.lists(inner, max_size=2).map(tuple), max_size=2).map(tuple)
    ),
    max_leaves=4,
)
BLOCKS = st.lists(BLOCK, max_size=2).map(tuple)
SECTION = st.recursive(
    of(Section, blocks=BLOCKS, children=st.just(())),
    lambda inner: of(Section, blocks=BLOCKS, children=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=3,
)
SECTIONS = st.lists(SECTION, max_size=2).map(tuple)
HISTORY = of(History, entries=st.lists(of(HistoryEntry, summary=BLOCKS), max_size=2).map(tuple))
DOCUMENTS = st.builds(
    Document,
    of(Printed, cover=of(Cover), history=HISTORY, sections=SECTIONS),
    of(Meta, sections=st.lists(of(SectionMeta), max_size=2).map(tuple)),
)


def small(**cover: str) -> Document:
    """A Document with one section; ``cover`` replaces fields of its cover."""
    section = Section("s1", "prose", 1, "1", "はじめに", "", (Paragraph((Text("本文"),)),), ())
    return Document(
        Printed(
            "ja",
            replace(Cover("題", "", "サービス", "会社", "第1版", "", "", ""), **cover),
            "題",
            2,
            History("改訂履歴", "front", "table", "", (("number", "版数"),), ()),
            (section,),
            (),
            (),
        ),
        Meta("iso27017-2015", 1, "", "1", (SectionMeta("s1", (), (), (), ()),)),
    )


@given(DOCUMENTS)
def test_a_document_comes_back_as_it_was(original):
    text = original.to_json()
    again = Document.from_json(text)
    assert again == original
    assert again.to_json() == text
    assert again.digest == original.digest


@given(DOCUMENTS)
def test_keys_are_sorted_and_nothing_stands_between_them(original):
    text = original.to_json()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_the_digest_is_the_same_on_every_machine_and_day():
    assert small().digest == "a05cbb4a63b98eed6a37a7296b3962a52a27ce7dcf85eb7fe49c43e67eb78335"


def test_the_digest_covers_every_part():
    assert (
        len({small().digest, small(title="別の題").digest, replace(small(), meta=Meta("", 1, "", "", ())).digest}) == 3
    )


def test_a_document_can_be_hashed_whatever_its_facts_hold():
    fact = FactMeta("a", "b", [{"c": 1}], "", "d")
    assert len({fact, FactMeta("a", "b", [{"c": 1}], "", "d")}) == 1


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_number_without_a_value_is_written(number):
    with pytest.raises(ValueError, match="JSON"):
        replace(small(), meta=replace(small().meta, sections=(facts_of(number),))).to_json()


def facts_of(value: object) -> SectionMeta:
    return SectionMeta("s1", (), (), (FactMeta("a", "b", value, "", ""),), ())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_no_number_without_a_value_is_read(number):
    text = replace(small(), meta=replace(small().meta, sections=(facts_of(77),))).to_json()
    assert Document.from_json(text)
    with pytest.raises(ValueError, match=r"JSON|too large"):
        Document.from_json(text.replace("77", number))


def broken(change) -> str:
    data = json.loads(small().to_json())
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "1",
        '{"type":"Document"}',
        '{"format":"hakusho/1"}',
        '{"type":"Imprint","date":"","approvals":[],"draft":true}',
        "[" * 100_000,
        broken(lambda d: d.update(format="hakusho-document/2")),
        broken(lambda d: d.update(extra=1)),
        broken(lambda d: d.update(type="Section")),
        broken(lambda d: d.pop("meta")),
        broken(lambda d: d.update(printed=1)),
        broken(lambda d: d["printed"].update(toc_depth="2")),
        broken(lambda d: d["printed"].update(toc_depth=True)),
        broken(lambda d: d["printed"].update(toc_depth=None)),
        broken(lambda d: d["printed"].update(sections={})),
        broken(lambda d: d["printed"].update(notices=[1])),
        broken(lambda d: d["printed"].update(colophon=[["a"]])),
        broken(lambda d: d["printed"]["cover"].update(type="Nothing")),
        broken(lambda d: d["printed"]["sections"][0]["blocks"].append({"type": "Text", "text": "no block"})),
        broken(lambda d: d["printed"]["sections"][0]["blocks"].append({"type": "Script", "text": ""})),
        broken(lambda d: d["printed"]["sections"][0]["blocks"].append(None)),
        broken(lambda d: d["printed"]["sections"][0]["blocks"].append({"text": "no type"})),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"is no|is none|not a|nested|Expecting"):
        Document.from_json(text)

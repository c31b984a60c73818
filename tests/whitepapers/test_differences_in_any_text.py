"""What holds of every two Documents: nothing is lost, nothing is invented, and the way back is the way there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.documents import make_document
from whitepapers.diff import Changes, SectionChange, compare
from whitepapers.diff_blocks import text_after, text_before
from whitepapers.document import (
    Block,
    Break,
    Cell,
    Document,
    FactMeta,
    FactValue,
    Figure,
    Inline,
    Layer,
    Link,
    List,
    Meta,
    Note,
    Paragraph,
    Reference,
    Section,
    SectionMeta,
    Strong,
    Table,
    Text,
    inlines_of,
    plain_text,
)

WORDS = [
    "バックアップ",
    "を",
    "取得",
    "します",
    "。",
    "お客様",
    "お客さま",
    "11日",
    "TLS 1.2",
    "、",
    "又は",
    "https://a.example/x",
    "𠮷",
    " ",
    "é",
]
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map("".join) | st.text(max_size=6).filter(
    lambda text: "\n" not in text
)
texts = words.map(Text)
anchors = st.sampled_from(["s1", "s2", "s3", "s4", "s5", "s6"])
inline: st.SearchStrategy[Inline] = st.one_of(
    texts,
    texts.map(lambda text: Strong((text,))),
    st.builds(Link, st.sampled_from(["https://a.example/", "https://b.example/"]), texts.map(lambda text: (text,))),
    st.just(Break()),
    st.builds(FactValue, st.sampled_from(["retention", "target"]), words),
    st.builds(Reference, anchors, st.sampled_from(["", "1.1", "2."]), words),
)
lines = st.lists(inline, max_size=4).map(tuple)
cells = st.lists(inline, max_size=2).map(lambda inlines: Cell(tuple(inlines)))
rows = st.lists(cells, min_size=1, max_size=3).map(tuple)
figures = st.builds(
    Figure,
    st.sampled_from(["split", "other"]),
    st.integers(1, 3),
    words,
    words,
    st.lists(st.builds(Layer, words, st.sampled_from(["当社", "お客様"])), max_size=3).map(tuple),
)
flat: st.SearchStrategy[Block] = st.one_of(
    st.builds(Paragraph, lines),
    st.builds(Note, st.sampled_from(["※", "※1"]), lines),
    st.builds(Table, rows, st.lists(rows, max_size=3).map(tuple), st.sampled_from(["", "locations"])),
    figures,
)
blocks = flat | st.builds(
    List, st.booleans(), st.just(1), st.lists(st.lists(flat, max_size=2).map(tuple), max_size=3).map(tuple)
)


@st.composite
def documents(draw) -> Document:
    chosen = draw(st.lists(anchors, unique=True, max_size=6))
    built: list[Section] = []
    for place, anchor in enumerate(chosen):
        body = tuple(draw(st.lists(blocks, max_size=3)))
        title = draw(st.sampled_from(["目的", "範囲", "バックアップ", "ログの取得"]))
        section = Section(anchor, "prose", 1, f"{place}.", title, draw(st.sampled_from(["", "項番：12.3.1"])), body, ())
        if built and draw(st.booleans()):
            section = replace(section, level=2)
            built[-1] = replace(built[-1], children=(*built[-1].children, section))
        else:
            built.append(section)
    given_ = make_document()
    metas = []
    for section in (each for top in built for each in top.walk()):
        names = sorted({each.name for each in inlines_of(section.blocks) if isinstance(each, FactValue)})
        facts = tuple(FactMeta(name, name, draw(st.integers(1, 2)), "", draw(words)) for name in names)
        metas.append(SectionMeta(section.anchor, (), (), facts, ()))
    return Document(replace(given_.printed, sections=tuple(built)), Meta("iso27017-2015", 1, "", "1.2", tuple(metas)))


slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


def read(section: Section | None) -> str:
    """All words of a section in the order of reading, independently of what compares them."""
    return "".join(_read(section.blocks)) if section else ""


def _read(blocks: tuple[Block, ...]):
    for block in blocks:
        match block:
            case Paragraph(children):
                yield plain_text(children)
            case Note(marker, children):
                yield marker + plain_text(children)
            case List(items=items):
                for item in items:
                    yield from _read(item)
            case Table(head, body):
                yield from (plain_text(cell.children) for row in (head, *body) for cell in row)
            case Figure():
                yield block.caption + block.alt + "".join(layer.name + layer.party for layer in block.layers)


def bare(text: str) -> str:
    return "".join(text.split())


@slow
@given(documents())
def test_nothing_differs_from_itself(document):
    assert not compare(document, document)
    again = Document.from_json(document.to_json())
    assert not compare(document, replace(again, meta=replace(again.meta, number="9.9")))


@slow
@given(documents(), documents())
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(before, after):
    changes = compare(before, after)
    for change in changes.sections:
        assert bare(text_before(change.blocks)) == bare(read(change.before))
        assert bare(text_after(change.blocks)) == bare(read(change.after))


@slow
@given(documents(), documents())
def test_every_section_of_both_is_accounted_for_once(before, after):
    changes = compare(before, after)
    new = [change.after.anchor for change in changes.sections if change.after]
    unchanged = [section.anchor for section in changes.unchanged]
    assert sorted(new + unchanged) == sorted(section.anchor for section in after.walk())
    old = [change.before.anchor for change in changes.sections if change.before]
    assert len(old) == len(set(old))
    assert len(old) + len(unchanged) == len(list(before.walk()))


def kinds(changes: Changes, kind: str) -> list[SectionChange]:
    return [change for change in changes.sections if kind in change.kinds]


@slow
@given(documents(), documents())
def test_the_way_back_is_the_way_there(before, after):
    there, back = compare(before, after), compare(after, before)
    assert {each.anchor for each in kinds(there, "added")} == {each.anchor for each in kinds(back, "removed")}
    assert {each.anchor for each in kinds(there, "removed")} == {each.anchor for each in kinds(back, "added")}
    assert len(kinds(there, "moved")) == len(kinds(back, "moved"))
    assert {each.anchor for each in kinds(there, "updated")} == {
        each.before.anchor for each in kinds(back, "updated") if each.before
    }
    assert {(each.name, each.before, each.after) for each in there.facts} == {
        (each.name, each.after, each.before) for each in back.facts
    }


@slow
@given(documents())
def test_other_numbers_are_no_change(document):
    def renumbered(section: Section) -> Section:
        return replace(section, number=f"9{section.number}", children=tuple(map(renumbered, section.children)))

    after = replace(
        document, printed=replace(document.printed, sections=tuple(map(renumbered, document.printed.sections)))
    )
    assert not compare(document, after)

"""The outline of a paper: moved, added to, taken out of, split and merged; and what is refused."""

from __future__ import annotations

import pytest

from tests.factories import answer, make_fact, make_member, make_paper, make_user, prose
from whitepapers import outlining
from whitepapers.compose import compose
from whitepapers.dividing import merge, split
from whitepapers.facts import definitions
from whitepapers.models import Section, StandardAnswer, Whitepaper
from whitepapers.numbering import Node, numbers
from whitepapers.outlines import bare_entries, entries
from whitepapers.outlining import CannotOutline, add, move, place, remove, restore

pytestmark = pytest.mark.django_db

STRANGE = 2**62


def tree(paper: Whitepaper, parent: int | None = None) -> list:
    """Titles, nested: ["A", ["A1"], "B"]; positions must be dense."""
    found: list = []
    for n, row in enumerate(paper.sections.filter(parent=parent).in_outline_order()):
        assert row.position == n, f"{row} is at {row.position}, not {n}"
        found.append(row.title or row.controls.get().number)
        if below := tree(paper, row.pk):
            found.append(below)
    return found


def of(paper: Whitepaper, title: str) -> int:
    return paper.sections.get(title=title).pk


def printed_numbers(paper: Whitepaper) -> dict[str, str]:
    """What the composed paper prints, which must be what numbering.py gives and what the outline's pages show."""
    document = compose(paper)
    shown = {section.anchor: section.number for section in document.walk()}

    def nodes(parent: int | None) -> list[Node[str]]:
        return [
            Node(
                f"s{row.pk}",
                row.numbering,
                row.section_controls.first().control.number if row.section_controls.exists() else "",
                nodes(row.pk),
            )
            for row in paper.sections.filter(parent=parent, included=True).in_outline_order()
        ]

    expected = numbers(nodes(None), control_prefix=paper.control_prefix, suffix=paper.number_suffix)
    assert shown == expected
    assert entries(paper, document) == bare_entries(paper)
    assert {f"s{entry.pk}": entry.number for entry in bare_entries(paper) if entry.included} == expected
    return {section.title: section.number for section in document.walk()}


@pytest.fixture
def paper() -> Whitepaper:
    return make_paper(prose("A", children=[prose("A1"), prose("A2")]), prose("B", "Bの本文。"), prose("C"))


@pytest.fixture
def by(paper):
    return make_member(paper.service.provider)


# --- moving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "direction", "after"),
    [
        ("B", "up", ["B", "A", ["A1", "A2"], "C"]),
        ("B", "down", ["A", ["A1", "A2"], "C", "B"]),
        ("B", "in", ["A", ["A1", "A2", "B"], "C"]),
        ("A1", "out", ["A", ["A2"], "A1", "B", "C"]),
        ("A2", "in", ["A", ["A1", ["A2"]], "B", "C"]),
        ("A", "down", ["B", "A", ["A1", "A2"], "C"]),
    ],
)
def test_a_section_moves_one_step_with_everything_below_it(paper, title, direction, after):
    move(paper, of(paper, title), direction, by=make_user())
    assert tree(paper) == after
    printed_numbers(paper)


@pytest.mark.parametrize(("title", "direction"), [("A", "up"), ("C", "down"), ("A1", "in"), ("B", "out"), ("B", "?")])
def test_a_step_that_leads_nowhere_is_refused(paper, title, direction):
    before = tree(paper)
    with pytest.raises(CannotOutline, match="これ以上"):
        move(paper, of(paper, title), direction, by=make_user())
    assert tree(paper) == before


def test_numbers_follow_the_move(paper):
    move(paper, of(paper, "B"), "up", by=make_user())
    assert printed_numbers(paper) == {"B": "1", "A": "2", "A1": "2.1", "A2": "2.2", "C": "3"}


def test_a_section_is_put_anywhere_and_a_position_behind_the_last_is_the_last(paper):
    place(paper, of(paper, "C"), parent_id=of(paper, "A"), position=1, by=make_user())
    assert tree(paper) == ["A", ["A1", "C", "A2"], "B"]
    place(paper, of(paper, "A1"), parent_id=None, position=99, by=make_user())
    assert tree(paper) == ["A", ["C", "A2"], "B", "A1"]
    place(paper, of(paper, "A1"), parent_id=None, position=-3, by=make_user())
    assert tree(paper) == ["A1", "A", ["C", "A2"], "B"]


@pytest.mark.parametrize("target", ["A", "A1"])
def test_a_section_never_hangs_below_itself(paper, target):
    with pytest.raises(CannotOutline, match="それ自身の下"):
        place(paper, of(paper, "A"), parent_id=of(paper, target), position=0, by=make_user())
    assert tree(paper) == ["A", ["A1", "A2"], "B", "C"]


def test_ids_of_another_paper_are_refused_everywhere(paper, by):
    foreign = of(make_paper(prose("X")), "X")
    own = of(paper, "B")
    for wrong in (foreign, STRANGE, 0, -1):
        for forged in (
            lambda: move(paper, wrong, "up", by=make_user()),  # noqa: B023
            lambda: place(paper, wrong, parent_id=None, position=0, by=make_user()),  # noqa: B023
            lambda: place(paper, own, parent_id=wrong, position=0, by=make_user()),  # noqa: B023
            lambda: add(paper, kind="prose", title="N", parent_id=wrong, by=by),  # noqa: B023
            lambda: add(paper, kind="prose", title="N", after_id=wrong, by=by),  # noqa: B023
            lambda: remove(paper, wrong, by=by),  # noqa: B023
            lambda: restore(paper, wrong, by=by),  # noqa: B023
            lambda: split(paper, wrong, line=2, title="N", counter=0, by=by),  # noqa: B023
            lambda: merge(paper, wrong, by=by),  # noqa: B023
        ):
            with pytest.raises(CannotOutline, match="このペーパーにありません"):
                forged()
    assert tree(paper) == ["A", ["A1", "A2"], "B", "C"]
    assert Section.objects.get(pk=foreign).parent is None


def test_six_levels_and_no_more(paper, by):
    below = of(paper, "C")
    for level in range(2, 7):
        below = add(paper, kind="prose", title=f"L{level}", parent_id=below, by=by).pk
    with pytest.raises(CannotOutline, match="6段まで"):
        add(paper, kind="prose", title="L7", parent_id=below, by=by)
    with pytest.raises(CannotOutline, match="6段まで"):
        place(paper, of(paper, "C"), parent_id=of(paper, "B"), position=0, by=make_user())
    move(paper, of(paper, "L3"), "out", by=make_user())
    place(paper, of(paper, "L3"), parent_id=of(paper, "B"), position=0, by=make_user())
    printed_numbers(paper)


def test_a_paper_that_is_full_takes_no_section(paper, by, monkeypatch):
    monkeypatch.setattr(outlining, "MAX_SECTIONS", 5)
    with pytest.raises(CannotOutline, match="5個まで"):
        add(paper, kind="prose", title="N", by=by)
    Section.objects.filter(title="B").update(body="一\n二")
    with pytest.raises(CannotOutline, match="5個まで"):
        split(paper, of(paper, "B"), line=2, title="N", counter=0, by=by)
    assert paper.sections.count() == 5


def test_a_paper_put_away_is_not_changed(paper, by):
    Whitepaper.objects.update(archived_at="2024-05-07T00:00:00Z")
    with pytest.raises(CannotOutline, match="保管中"):
        move(paper, of(paper, "B"), "up", by=make_user())


def test_moving_asks_the_database_the_same_for_many_sections(paper, by, django_assert_max_num_queries):
    Section.objects.bulk_create(
        Section(whitepaper=paper, position=3 + n, kind="prose", title=f"N{n}") for n in range(150)
    )
    with django_assert_max_num_queries(17):  # half of them for the audit entry, the first of its chain
        place(paper, of(paper, "C"), parent_id=None, position=0, by=by)


# --- adding --------------------------------------------------------------------------------------------------------


def test_a_section_is_added_behind_another_or_below_it(paper, by):
    add(paper, kind="prose", title="A3", after_id=of(paper, "A1"), by=by)
    add(paper, kind="prose", title="B1", parent_id=of(paper, "B"), by=by)
    add(paper, kind="prose", title="Z", by=by)
    assert tree(paper) == ["A", ["A1", "A3", "A2"], "B", ["B1"], "C", "Z"]
    assert printed_numbers(paper)["B1"] == "2.1"


def test_who_added_a_section_is_in_its_history(paper, by):
    row = add(paper, kind="prose", title="N", by=by)
    revision = row.revisions.get()
    assert (revision.by, revision.before["title"], revision.after["title"]) == (by, "", "N")


def test_a_control_section_is_numbered_like_its_neighbours_and_takes_its_title_from_the_catalog(by):
    paper = make_paper(
        prose("回答", children=[answer("12.3.1", numbering="control"), prose("前書き")]),
        whitepaper={"control_prefix": "A."},
    )
    control = paper.edition.controls.get(number="12.4.1")
    row = add(paper, kind="control", controls=[control.pk], parent_id=of(paper, "回答"), by=by)
    assert printed_numbers(paper)[control.title_ja] == "A.12.4.1"
    assert add(paper, kind="control", title="題", parent_id=of(paper, "回答"), by=by).numbering == "decimal"
    assert row.title == ""


def test_what_cannot_be_added_is_refused_with_a_sentence(paper, by):
    control = paper.edition.controls.first().pk
    for fields, sentence in (
        ({"kind": "prose", "title": "  "}, "見出しを入力"),
        ({"kind": "prose", "title": "A\x00"}, "制御文字"),
        ({"kind": "prose", "title": "見" * 301}, "300文字"),
        ({"kind": "prose", "title": "N", "controls": [control]}, "管理策の節だけ"),
        ({"kind": "poem", "title": "N"}, "管理策の節だけ"),
        ({"kind": "control", "controls": [control, control]}, "重複なく"),
        ({"kind": "control", "controls": [STRANGE]}, "重複なく"),
    ):
        with pytest.raises(CannotOutline, match=sentence):
            add(paper, by=by, **fields)
    add(paper, kind="history", title="改訂履歴", by=by)
    with pytest.raises(CannotOutline, match="すでにあります"):
        add(paper, kind="history", title="改訂履歴", by=by)


# --- taking out and putting back -------------------------------------------------------------------------------------


def test_a_section_with_text_stays_with_its_history_and_comes_back(paper, by):
    row = paper.sections.get(title="B")
    assert remove(paper, row.pk, by=by) is False
    assert "B" not in printed_numbers(paper)
    assert printed_numbers(paper)["C"] == "2"
    row.refresh_from_db()
    assert (row.body, row.included) == ("Bの本文。", False)
    assert row.revisions.get().by == by
    with pytest.raises(CannotOutline, match="すでに"):
        remove(paper, row.pk, by=by)
    restore(paper, row.pk, by=by)
    assert printed_numbers(paper)["B"] == "2"
    assert row.revisions.count() == 2
    with pytest.raises(CannotOutline, match="載っています"):
        restore(paper, row.pk, by=by)


def test_a_section_in_which_nobody_wrote_goes_for_good_with_blank_ones_below(paper, by):
    assert remove(paper, of(paper, "A"), by=by) is True
    assert tree(paper) == ["B", "C"]
    printed_numbers(paper)


def test_text_below_keeps_the_section_above_it(paper, by):
    Section.objects.filter(title="A2").update(body="本文。")
    assert remove(paper, of(paper, "A"), by=by) is False
    assert tree(paper) == ["A", ["A1", "A2"], "B", "C"]
    assert printed_numbers(paper) == {"B": "1", "C": "2"}


def test_a_text_that_was_deleted_keeps_the_section_too(paper, by):
    row = paper.sections.get(title="C")
    row.revisions.create(by=by, before={"body": "むかしの本文。"}, after={"body": ""})
    assert remove(paper, row.pk, by=by) is False


def test_what_others_refer_to_is_not_removed_and_they_are_named(by):
    paper = make_paper(
        prose("章", children=[prose("分担", key="split")]),
        answer("12.3.1"),
        prose("甲", "{{ ref: split }}を参照。"),
        prose("乙", "{{ ref: 12.3.1 }}を参照。"),
        prose("丙", "{{ ref: split }}を参照する、載せない節。"),
    )
    Section.objects.filter(title="丙").update(included=False)
    for going, names in ((of(paper, "章"), "「甲」が"), (of(paper, "分担"), "「甲」が")):
        with pytest.raises(CannotOutline, match=names):
            remove(paper, going, by=by)
    with pytest.raises(CannotOutline, match="「乙」が"):
        remove(paper, paper.sections.get(controls__number="12.3.1").pk, by=by)
    remove(paper, of(paper, "甲"), by=by)
    remove(paper, of(paper, "章"), by=by)


def test_a_fact_that_refers_to_a_section_keeps_it(by):
    paper = make_paper(prose("分担", key="split"), prose("甲"))
    definition = next(d for d in definitions(paper.edition).values() if d.type["kind"] == "reference")
    make_fact(paper.service.provider, definition.name, {"section": "split"})
    Section.objects.filter(title="甲").update(body=f"{{{{ {definition.name} }}}}")
    with pytest.raises(CannotOutline, match="「甲」が"):
        remove(paper, of(paper, "分担"), by=by)


def test_a_section_may_refer_to_itself_and_go(by):
    paper = make_paper(prose("分担", "{{ ref: split }}", key="split"), prose("B"))
    assert remove(paper, of(paper, "分担"), by=by) is False


# --- splitting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two() -> Whitepaper:
    return make_paper(
        answer("12.3.1", "12.4.1", body="一行目。\n\n二行目。", title="二つ", stances=[{"stance": "partly"}]),
        prose("後"),
    )


def test_a_split_gives_the_rest_of_the_text_and_what_hangs_below_to_a_new_section(by):
    paper = make_paper(prose("A", "一。\n\n・二\n・三", children=[prose("A1")]), prose("B"))
    row = paper.sections.get(title="A")
    new = split(paper, row.pk, line=3, title="新", counter=0, by=by)
    row.refresh_from_db()
    assert (row.body, new.body, new.kind) == ("一。", "・二\n・三", "prose")
    assert tree(paper) == ["A", "新", ["A1"], "B"]
    assert printed_numbers(paper)["A1"] == "2.1"
    assert (row.revisions.get().after["body"], new.revisions.get().after["body"]) == ("一。", "・二\n・三")


def test_controls_go_with_the_new_section_and_one_stays(two, by):
    row = two.sections.get(title="二つ")
    log = two.edition.controls.get(number="12.4.1").pk
    with pytest.raises(CannotOutline, match="1つは残して"):
        split(two, row.pk, line=3, title="", controls=[c.pk for c in row.controls.all()], counter=0, by=by)
    new = split(two, row.pk, line=3, title="", controls=[log], counter=0, by=by)
    assert [c.number for c in row.controls.all()] == ["12.3.1"]
    assert [c.number for c in new.controls.all()] == ["12.4.1"]
    assert (new.kind, new.stances) == ("control", [{"stance": "partly", "scope": ""}])
    printed_numbers(two)


def test_what_cannot_be_split_is_refused(two, by):
    row = two.sections.get(title="二つ")
    foreign = two.edition.controls.get(number="5.1.1").pk
    for fields, sentence in (
        ({"line": 1, "title": "新"}, "両方に本文"),
        ({"line": 4, "title": "新"}, "両方に本文"),
        ({"line": -1, "title": "新"}, "両方に本文"),
        ({"line": 3, "title": " "}, "見出しを入力"),
        ({"line": 3, "title": "新", "controls": [foreign]}, "この節が答えている"),
        ({"line": 3, "title": "新", "counter": 7}, "先に保存"),
    ):
        with pytest.raises(CannotOutline, match=sentence):
            split(two, row.pk, **{"counter": 0, "by": by, **fields})
    assert tree(two) == ["二つ", "後"]


def test_an_inherited_answer_is_neither_split_nor_merged(two, by):
    row = two.sections.get(title="二つ")
    shared = StandardAnswer.objects.create(
        provider=two.service.provider, control=row.controls.first(), body="共通。\n\n文章。"
    )
    Section.objects.filter(pk=row.pk).update(standard_answer=shared)
    with pytest.raises(CannotOutline, match="共通回答"):
        split(two, row.pk, line=3, title="新", counter=0, by=by)
    with pytest.raises(CannotOutline, match="共通回答"):
        merge(two, row.pk, by=by)


# --- merging ------------------------------------------------------------------------------------------------------


def test_a_merge_loses_no_word_and_keeps_the_history_of_both(by):
    paper = make_paper(
        prose("甲", "前。", key="first"),
        answer("12.3.1", body="後。", stances=[{"stance": "provided"}], children=[prose("下")]),
        prose("末"),
    )
    row, following = paper.sections.get(title="甲"), paper.sections.get(controls__number="12.3.1")
    merge(paper, row.pk, by=by)
    row.refresh_from_db()
    following.refresh_from_db()
    assert (row.body, row.kind, row.key) == ("前。\n\n後。", "control", "first")
    assert row.stances == [{"stance": "provided", "scope": ""}]
    assert [c.number for c in row.controls.all()] == ["12.3.1"]
    assert (following.included, following.body, following.title) == (False, "後。", "情報のバックアップ")
    assert following.revisions.get().before["controls"] == ["12.3.1"]
    assert tree(paper) == ["甲", ["下"], "情報のバックアップ", "末"]
    assert printed_numbers(paper) == {"甲": "1", "下": "1.1", "末": "2"}


def test_a_blank_section_merged_away_is_gone_and_its_heading_may_stay(paper, by):
    merge(paper, of(paper, "B"), keep_heading=True, by=by)
    assert tree(paper) == ["A", ["A1", "A2"], "B"]
    assert paper.sections.get(title="B").body == "Bの本文。\n\n**C**"


def test_a_split_is_undone_by_a_merge(by):
    paper = make_paper(prose("A", "一。\n\n二。"), prose("B"))
    row = paper.sections.get(title="A")
    split(paper, row.pk, line=3, title="新", counter=0, by=by)
    merge(paper, row.pk, by=by)
    row.refresh_from_db()
    assert row.body == "一。\n\n二。"
    assert list(printed_numbers(paper)) == ["A", "B"]


def test_references_to_the_merged_section_still_arrive_or_the_merge_is_refused(by):
    paper = make_paper(
        prose("甲"), prose("乙", key="second"), prose("丙", "{{ ref: second }}"), prose("丁", key="fourth"),
        prose("戊", "本文", key="fifth"), prose("己", "{{ ref: fifth }}"),
    )  # fmt: skip
    merge(paper, of(paper, "甲"), by=by)
    assert "references.missing_reference" not in {f.id for f in _findings(paper)}
    with pytest.raises(CannotOutline, match="「己」が"):
        merge(paper, of(paper, "丁"), by=by)


def _findings(paper):
    from whitepapers.checks import check

    return check(compose(paper))


def test_a_merge_without_a_next_section_or_with_sections_between_is_refused(paper, by):
    with pytest.raises(CannotOutline, match="同じ階層の節がありません"):
        merge(paper, of(paper, "C"), by=by)
    with pytest.raises(CannotOutline, match="先に移動"):
        merge(paper, of(paper, "A"), by=by)
    history = add(paper, kind="history", title="改訂履歴", by=by)
    with pytest.raises(CannotOutline, match="改訂履歴"):
        merge(paper, of(paper, "C"), by=by)
    with pytest.raises(CannotOutline, match="改訂履歴"):
        split(paper, history.pk, line=2, title="N", counter=0, by=by)

"""What two Documents of a paper differ in: sections, facts, words, cells."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.documents import bullets, make_document, paragraph, responsibility, section, table
from whitepapers.diff import Changes, SectionChange, compare
from whitepapers.diff_blocks import FigureChange, Line, TableChange
from whitepapers.diff_tokens import tokens
from whitepapers.document import (
    ControlMeta,
    Document,
    FactMeta,
    FactValue,
    Link,
    Reference,
    Section,
    SectionMeta,
    StanceMeta,
    Strong,
    Text,
)


def numbered(*sections: Section) -> Document:
    """With the anchors that the sections bring."""
    document = make_document(section("x"))
    return replace(document, printed=replace(document.printed, sections=sections))


def part(anchor: str, title: str, *blocks, **fields) -> Section:
    return section(title, *blocks, anchor=anchor, **fields)


def with_meta(document: Document, **metas: dict) -> Document:
    found = []
    for each in document.walk():
        given = metas.get(each.anchor, {})
        controls = tuple(ControlMeta(number, number, ()) for number in given.get("controls", ()))
        stances = tuple(StanceMeta(stance, "") for stance in given.get("stances", ()))
        found.append(SectionMeta(each.anchor, controls, stances, tuple(given.get("facts", ())), ()))
    return replace(document, meta=replace(document.meta, sections=tuple(found)))


def only(changes: Changes) -> SectionChange:
    assert len(changes.sections) == 1
    return changes.sections[0]


def marked(change: SectionChange) -> list[tuple[str, str]]:
    return [
        (span.mark, span.text)
        for block in change.blocks
        if isinstance(block, Line)
        for span in block.spans
        if span.mark != "kept"
    ]


def test_words_are_marked_and_not_letters():
    before = numbered(part("a", "復元", "バックアップの取得は、日次で行います。"))
    after = numbered(part("a", "復元", "バックアップの復元は、週次で行います。"))
    assert marked(only(compare(before, after))) == [
        ("deleted", "取得"),
        ("inserted", "復元"),
        ("deleted", "日次"),
        ("inserted", "週次"),
    ]


def test_another_spelling_is_a_change_of_the_same_line():
    before = numbered(part("a", "登録", "登録は、お客さまが行ないます。"))
    after = numbered(part("a", "登録", "登録は、お客様が行います。"))
    change = only(compare(before, after))
    assert [block.mark for block in change.blocks] == ["changed"]
    assert ("deleted", "お客さま") in marked(change)
    assert ("inserted", "お客様") in marked(change)


def test_numbers_and_addresses_stay_whole():
    assert tokens("99.9%をhttps://a.example/b-c?d=1で2026/11/20に")[0] == [
        "99.9%",
        "を",
        "https://a.example/b-c?d=1",
        "で",
        "2026/11/20",
        "に",
    ]


def test_the_number_of_a_section_referred_to_is_no_change():
    before = numbered(
        part("a", "目的", paragraph(Reference("b", "2", "範囲"), "を参照")), part("b", "範囲", number="2")
    )
    after = numbered(part("a", "目的", paragraph(Reference("b", "3", "範囲"), "を参照")), part("b", "範囲", number="3"))
    assert not compare(before, after)


def test_another_section_referred_to_is_a_change():
    both = part("b", "範囲", "一", number="2"), part("c", "対象", "二", number="3")
    before = numbered(part("a", "目的", paragraph(Reference("b", "2", "範囲"), "を参照")), *both)
    after = numbered(part("a", "目的", paragraph(Reference("c", "3", "対象"), "を参照")), *both)
    assert marked(only(compare(before, after))) == [("deleted", "2 範囲"), ("inserted", "3 対象")]


def test_another_address_behind_the_same_words_is_a_change():
    before = numbered(part("a", "目的", paragraph(Link("https://a.example/", (Text("規約"),)), "を参照")))
    after = numbered(part("a", "目的", paragraph(Link("https://b.example/", (Text("規約"),)), "を参照")))
    blocks = only(compare(before, after)).blocks
    addresses = [span.address for block in blocks if isinstance(block, Line) for span in block.spans if span.address]
    assert addresses == ["https://a.example/", "https://b.example/"]


def test_bold_alone_changes_the_looks_and_no_word():
    before = numbered(part("a", "目的", paragraph("重要です。")))
    after = numbered(part("a", "目的", paragraph(Strong((Text("重要です。"),)))))
    change = only(compare(before, after))
    assert change.kinds == ("updated",)
    assert change.is_restyled
    assert not change.has_new_text


def test_a_section_that_is_moved_and_edited_is_both():
    before = numbered(
        part("a", "資産", children=[part("b", "除去", "30日以内に削除します。")]), part("c", "終了", "終わります。")
    )
    after = numbered(
        part("a", "資産"), part("c", "終了", "終わります。", children=[part("b", "除去", "60日以内に削除します。")])
    )
    change = only(compare(before, after))
    assert change.kinds == ("moved", "updated")
    assert change.parents == ("資産", "終了")


def test_a_section_does_not_move_because_another_came_before_it():
    before = numbered(part("a", "一", "甲", number="1"), part("b", "二", "乙", number="2"))
    after = numbered(
        part("n", "新", "丙", number="1"), part("a", "一", "甲", number="2"), part("b", "二", "乙", number="3")
    )
    assert only(compare(before, after)).kinds == ("added",)


def test_the_fewest_sections_that_explain_a_new_order_are_moved():
    before = numbered(*(part(anchor, f"節{anchor}", "文章です。") for anchor in "abcde"))
    after = numbered(*(part(anchor, f"節{anchor}", "文章です。") for anchor in "ebcda"))
    assert sorted(change.anchor for change in compare(before, after).sections) == ["a", "e"]


def test_sections_of_papers_that_share_no_anchor_are_found_by_control_then_title_then_text():
    before = with_meta(
        numbered(
            part("a1", "旧題", "一"),
            part("a2", "目的", "二"),
            part("a3", "範囲", "当社のサービスの範囲を、ここに記載しています。"),
        ),
        a1={"controls": ["12.3.1"]},
    )
    after = with_meta(
        numbered(
            part("b1", "新題", "一"),
            part("b2", "目的", "三"),
            part("b3", "適用", "当社のサービスの範囲を、ここに記載します。"),
        ),
        b1={"controls": ["12.3.1"]},
    )
    changes = compare(before, after)
    assert {
        (change.before.anchor, change.after.anchor) for change in changes.sections if change.before and change.after
    } == {
        ("a1", "b1"),
        ("a2", "b2"),
        ("a3", "b3"),
    }


def test_a_section_that_is_split_loses_no_word_and_says_where_they_went():
    first, second = "操作ログを1年間保持しています。", "ログは改ざんされないように保護しています。"
    before = numbered(part("a", "ログ", first, second))
    after = numbered(part("a", "ログ", first), part("b", "ログの保護", second))
    split, added = compare(before, after).sections
    assert added.kinds == ("added",)
    assert added.kin == "a"
    assert [block.moved for block in split.blocks if isinstance(block, Line) and block.mark == "deleted"] == ["b"]
    merged, gone = compare(after, before).sections
    assert merged.anchor == "a"
    assert gone.kin == "a"


def fact(value: int) -> FactMeta:
    return FactMeta("backup_retention_days", "保持期間", {"value": value, "unit": "day"}, "day", f"{value}日")


def retained(days: int, words: str = "保持期間は") -> Document:
    value = FactValue("backup_retention_days", f"{days}日")
    document = numbered(
        part("a", "保持", paragraph(words, value, "です。")), part("b", "概要", paragraph(value, "保持"))
    )
    return with_meta(document, a={"facts": [fact(days)]}, b={"facts": [fact(days)]})


def test_a_fact_that_changed_is_told_once_with_all_its_sections():
    changes = compare(retained(7), retained(11))
    assert [(each.label, each.before, each.after, each.anchors) for each in changes.facts] == [
        ("保持期間", "7日", "11日", ("a", "b"))
    ]
    assert all(change.is_facts_only for change in changes.sections)


def test_words_that_changed_beside_a_fact_are_not_taken_for_it():
    change = compare(retained(7), retained(11, "バックアップの保持期間は")).sections[0]
    assert not change.is_facts_only


def test_a_table_is_compared_by_row_and_cell():
    before = numbered(part("a", "場所", table(["国", "拠点"], ["日本", "東京"], ["日本", "福岡"])))
    after = numbered(part("a", "場所", table(["国", "拠点"], ["日本", "東京"], ["日本", "大阪"], ["米国", "西部"])))
    found = only(compare(before, after)).blocks[0]
    assert isinstance(found, TableChange)
    assert [row.mark for row in found.rows] == ["kept", "changed", "inserted"]
    assert [[(span.mark, span.text) for span in cell] for cell in found.rows[1].cells] == [
        [("kept", "日本")],
        [("deleted", "福岡"), ("inserted", "大阪")],
    ]


def test_a_column_that_came_marks_its_cells_and_no_other():
    before = numbered(part("a", "場所", table(["国", "拠点"], ["日本", "東京"])))
    after = numbered(part("a", "場所", table(["国", "事業者", "拠点"], ["日本", "当社", "東京"])))
    found = only(compare(before, after)).blocks[0]
    assert isinstance(found, TableChange)
    assert [[span.mark for span in cell] for cell in found.rows[0].cells] == [["kept"], ["inserted"], ["kept"]]


def test_a_responsibility_that_shifts_is_marked_in_its_layer():
    figure = responsibility()
    layers = (figure.layers[0], replace(figure.layers[1], party="お客様"), figure.layers[2])
    before = numbered(part("a", "責任", figure))
    after = numbered(part("a", "責任", replace(figure, layers=layers)))
    found = only(compare(before, after)).blocks[0]
    assert isinstance(found, FigureChange)
    assert [row.mark for row in found.rows] == ["kept", "changed", "kept"]


def test_an_item_of_a_list_renumbers_the_others_without_a_change():
    before = numbered(part("a", "手順", replace(bullets("取得", "復元"), ordered=True)))
    after = numbered(part("a", "手順", replace(bullets("準備", "取得", "復元"), ordered=True)))
    assert [block.mark for block in only(compare(before, after)).blocks] == ["inserted", "kept", "kept"]


def test_a_stance_alone_is_known_and_no_update():
    document = numbered(part("a", "認証", "提供しています。"))
    change = only(
        compare(with_meta(document, a={"stances": ["option"]}), with_meta(document, a={"stances": ["provided"]}))
    )
    assert change.kinds == ()
    assert change.has_new_stances


def test_what_stands_around_the_sections_is_compared_but_for_what_every_issue_brings():
    before, after = make_document(), make_document(version="第2版", subtitle="別の副題", notices=("別の注意。",))
    assert [(field.part, field.label) for field in compare(before, after).fields] == [
        ("cover", "副題"),
        ("notices", "巻末の注意事項"),
    ]


def test_a_line_of_a_hundred_thousand_letters_is_compared():
    long = "当社は、バックアップを日次で取得し、お客様のデータを保持しています。" * 2800
    change = only(compare(numbered(part("a", "長文", long)), numbered(part("a", "長文", long + "以上です。"))))
    assert marked(change) == [("inserted", "以上です。")]


def test_many_threads_share_the_tokenizer():
    texts = [f"{number}番目のバックアップを取得しています、" * 50 for number in range(8)]  # none is remembered
    found: dict[str, tuple[list[str], list[str]]] = {}
    threads = [threading.Thread(target=lambda text=text: found.update({text: tokens(text)})) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {text: "".join(words) for text, (words, _) in found.items()} == {text: text for text in texts}
    assert len({len(words) for words, _ in found.values()}) == 1

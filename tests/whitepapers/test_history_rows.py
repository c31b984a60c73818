"""The revision history: its rows, the row of the planned version, where it stands."""

import pytest

from tests.factories import make_paper, prose
from tests.whitepapers.reading_blocks import block_value
from whitepapers.compose import compose, draft_imprint
from whitepapers.rendering.text import render_text

pytestmark = pytest.mark.django_db

FIRST = {"number": "1.0", "date": "2021-11-05", "summary": "初版"}
SECOND = {"number": "1.1", "date": "2022-03-01", "summary": "・追加\n・削除", "note": "軽微", "author": "山田"}


def history(rows, planned=None, sections=(), **fields):
    whitepaper = {"history": fields, **({"planned": planned} if planned else {})}
    return compose(make_paper(prose("A"), *sections, whitepaper=whitepaper, history=rows)).printed.history


def numbers(printed):
    return [(entry.number, entry.this_version) for entry in printed.entries]


def test_rows_are_printed_by_their_labels():
    printed = history([FIRST, SECOND], number_label="第{number}版", date_label="{year}年{month}月{day}日")
    assert [(entry.number, entry.date) for entry in printed.entries] == [
        ("第1.0版", "2021年11月5日"),
        ("第1.1版", "2022年3月1日"),
    ]
    assert [block_value(block) for block in printed.entries[1].summary] == [("ul", "追加", "削除")]
    assert (printed.entries[1].note, printed.entries[1].author) == ("軽微", "山田")


def test_a_row_may_have_no_date():
    assert history([{"number": "1.0", "summary": "初版", "date": ""}]).entries[0].date == ""


def test_the_planned_version_has_a_row_whose_date_is_the_imprints():
    printed = history([FIRST], planned={"number": "1.1", "date": "2024-05-07"})
    assert numbers(printed) == [("1.0", False), ("1.1", True)]
    assert printed.entries[1].date == ""


def test_the_planned_row_stands_where_the_newest_stands():
    assert numbers(history([FIRST, SECOND], planned={"number": "1.2"}))[-1] == ("1.2", True)
    assert numbers(history([SECOND, FIRST], planned={"number": "1.2"}))[0] == ("1.2", True)
    assert numbers(history([{"number": "10.0"}, {"number": "9.0"}], planned={"number": "11.0"}))[0] == ("11.0", True)


def test_a_planned_number_that_the_history_has_already_is_printed_once():
    assert numbers(history([FIRST, SECOND], planned={"number": "1.1"})) == [("1.0", False), ("1.1", False)]


def test_a_planned_date_alone_makes_no_row():
    assert numbers(history([FIRST], planned={"date": "2024-05-07"})) == [("1.0", False)]


def test_columns_are_printed_as_chosen_or_the_usual_three():
    chosen = [["date", "制定/改定日"], ["number", "版数"], ["author", "作成者"]]
    assert history([FIRST], columns=chosen).columns == tuple(map(tuple, chosen))
    assert [key for key, _ in history([FIRST]).columns] == ["number", "date", "summary"]


def test_the_history_stands_in_front_unless_a_section_holds_it():
    assert history([FIRST]).place == "front"
    printed = history([FIRST], sections=[{"kind": "history", "title": "改定履歴"}])
    assert printed.place == "outline"
    assert printed.anchor


def test_a_place_that_is_given_is_kept():
    printed = history([FIRST], place="front", sections=[{"kind": "history", "title": "改定履歴"}])
    assert (printed.place, printed.anchor) == ("front", "")
    assert history([FIRST], place="none").place == "none"


def test_the_text_prints_every_row_once_with_the_planned_date():
    paper = make_paper(
        prose("A"),
        {"kind": "history", "title": "改定履歴"},
        whitepaper={"planned": {"number": "1.2", "date": "2024-05-07"}, "history": {"number_label": "第{number}版"}},
        history=[FIRST, SECOND],
    )
    text = render_text(compose(paper), draft_imprint(paper))
    assert text.count("第1.0版\t2021/11/05\t初版") == 1
    assert text.count("第1.1版\t2022/03/01\t・追加 ・削除") == 1
    assert text.count("第1.2版\t2024/05/07") == 1
    assert text.index("2 改定履歴") < text.index("第1.0版")

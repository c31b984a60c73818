"""The pages on which an outline is changed: plain forms, forged ids, sentences where something is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import answer, make_member, make_paper, prose
from whitepapers.models import Section, Whitepaper

pytestmark = pytest.mark.django_db

FORGED = ["", "x", "0", "-1", str(2**62), "9" * 30]


@pytest.fixture
def paper() -> Whitepaper:
    return make_paper(prose("A", children=[prose("A1")]), prose("B", "一。\n\n二。"), answer("12.3.1", body="回答。"))


@pytest.fixture
def client(paper) -> Client:
    client = Client()
    client.force_login(make_member(paper.service.provider))
    return client


def of(paper: Whitepaper, title: str) -> Section:
    return paper.sections.get(title=title)


def page(name: str, paper: Whitepaper, *args: int) -> str:
    return reverse(f"whitepapers:{name}", args=[paper.pk, *args])


def titles(paper: Whitepaper, parent: int | None = None) -> list[str]:
    return [row.title for row in paper.sections.filter(parent=parent).in_outline_order()]


def test_a_button_moves_and_keeps_the_focus(client, paper):
    row = of(paper, "B")
    response = client.post(page("arrange", paper), {"up": row.pk})
    assert response["Location"].endswith(f"?moved={row.pk}&by=up")
    assert titles(paper) == ["B", "A", ""]
    client.post(page("arrange", paper), {"down": row.pk})
    html = client.post(page("arrange", paper), {"in": row.pk}, follow=True).content.decode()
    assert titles(paper, of(paper, "A").pk) == ["A1", "B"]
    assert "autofocus" in html
    client.post(page("arrange", paper), {"out": row.pk})
    assert titles(paper) == ["A", "B", ""]


def test_a_drop_puts_a_section_anywhere(client, paper):
    client.post(page("arrange", paper), {"place": of(paper, "B").pk, "parent": of(paper, "A").pk, "position": "0"})
    assert titles(paper, of(paper, "A").pk) == ["B", "A1"]
    client.post(page("arrange", paper), {"place": of(paper, "B").pk, "parent": "", "position": "0"})
    assert titles(paper) == ["B", "A", ""]


@pytest.mark.parametrize("wrong", FORGED)
def test_forged_ids_change_nothing_and_break_nothing(client, paper, wrong):
    before = list(paper.sections.order_by("pk").values())
    own = of(paper, "B").pk
    for data in (
        {"up": wrong}, {"down": wrong}, {"in": wrong}, {"out": wrong}, {"restore": wrong}, {"place": wrong},
        {"place": own, "parent": wrong or "x", "position": wrong}, {"nothing": wrong},
    ):  # fmt: skip
        assert client.post(page("arrange", paper), data, follow=True).status_code == 200
    assert client.get(page("arrange", paper), {"moved": wrong}).status_code == 200
    added = {"kind": "prose", "title": "N", "where": "after", "section": wrong or "x"}
    assert client.post(page("add_section", paper), added).status_code == 200
    divided = {"line": wrong, "title": "N", "counter": wrong, "controls": wrong}
    assert client.post(page("split_section", paper, own), divided).status_code == 200
    assert list(paper.sections.order_by("pk").values()) == before


def test_the_sections_of_another_paper_are_not_found(client, paper):
    other = make_paper(prose("X", "一。\n\n二。"))
    foreign = of(other, "X").pk
    for name in ("remove_section", "split_section", "merge_section", "assign_section", "section_history"):
        for method in (client.get, client.post):
            assert method(page(name, paper, foreign)).status_code == 404
    client.post(page("arrange", paper), {"place": foreign, "parent": of(paper, "A").pk, "position": "0"})
    client.post(page("arrange", paper), {"place": of(paper, "B").pk, "parent": foreign, "position": "0"})
    assert of(other, "X").whitepaper == other
    assert titles(paper) == ["A", "B", ""]


def test_a_section_is_added_where_the_link_says(client, paper):
    url = page("add_section", paper)
    html = client.get(url, {"after": of(paper, "A").pk}).content.decode()
    assert "selected" in html
    posted = {"kind": "prose", "title": "新しい節", "where": "after", "section": of(paper, "A").pk}
    html = client.post(url, posted, follow=True).content.decode()
    assert "「2 新しい節」を追加しました" in html
    assert titles(paper) == ["A", "新しい節", "B", ""]
    client.post(url, {"kind": "control", "controls": "A.12.4.1", "where": "below", "section": of(paper, "A").pk})
    assert paper.sections.filter(parent=of(paper, "A"), controls__number="12.4.1").exists()


def test_what_cannot_be_added_is_told_in_the_form(client, paper):
    url = page("add_section", paper)
    for posted, sentence in (
        ({"kind": "prose", "where": "after"}, "見出しを入力"),
        ({"kind": "control", "where": "after", "controls": "99.9"}, "この版にありません"),
        ({"kind": "prose", "title": "N", "where": "after", "controls": "12.4.1"}, "管理策の節だけ"),
    ):
        assert sentence in client.post(url, posted).content.decode()
    assert paper.sections.count() == 4


def test_a_section_is_taken_out_after_a_question_and_put_back(client, paper):
    row = of(paper, "B")
    url = page("remove_section", paper, row.pk)
    html = client.get(url).content.decode()
    assert "外しますか" in html
    assert "一。" in html
    assert client.post(url).status_code == 200
    row.refresh_from_db()
    assert row.included
    assert "文章と履歴は残っています" in client.post(url, {"remove": "1"}, follow=True).content.decode()
    html = client.get(page("arrange", paper)).content.decode()
    assert 'name="restore"' in html
    assert (
        "ペーパーに戻しました" in client.post(page("arrange", paper), {"restore": row.pk}, follow=True).content.decode()
    )


def test_a_blank_section_is_deleted_and_a_needed_one_is_not(client, paper):
    gone = of(paper, "A1")
    html = client.post(page("remove_section", paper, gone.pk), {"remove": "1"}, follow=True).content.decode()
    assert "「1.1 A1」を削除しました" in html
    Section.objects.filter(title="A").update(body="{{ ref: 12.3.1 }}")
    needed = paper.sections.get(controls__number="12.3.1")
    html = client.post(page("remove_section", paper, needed.pk), {"remove": "1"}, follow=True).content.decode()
    assert "「A」がこの節を参照しています" in html


def test_a_section_is_split_at_the_chosen_line(client, paper):
    row = of(paper, "B")
    url = page("split_section", paper, row.pk)
    assert 'value="3"' in client.get(url).content.decode()
    assert "行を選んでください" in client.post(url, {"title": "新", "counter": 0}).content.decode()
    assert "見出しを入力" in client.post(url, {"line": 3, "counter": 0}).content.decode()
    html = client.post(url, {"line": 3, "title": "新", "counter": 7}).content.decode()
    assert "先に保存しました" in html
    assert "checked" not in html
    client.post(url, {"line": 3, "title": "新", "counter": 0})
    assert titles(paper) == ["A", "B", "新", ""]
    assert "分けられません" in client.get(page("split_section", paper, of(paper, "新").pk)).content.decode()


def test_two_sections_are_merged_after_a_question(client, paper):
    row = of(paper, "B")
    url = page("merge_section", paper, row.pk)
    html = client.get(url).content.decode()
    assert "一。" in html
    assert "回答。" in html
    assert client.post(url).status_code == 200
    html = client.post(url, {"merge": "1", "keep_heading": "1"}, follow=True).content.decode()
    assert "「2 B」にまとめました" in html
    row.refresh_from_db()
    assert row.body == "一。\n\n二。\n\n**情報のバックアップ**\n\n回答。"
    last = page("merge_section", paper, row.pk)
    assert "同じ階層の節がありません" in client.get(last).content.decode()
    assert "同じ階層の節がありません" in client.post(last, {"merge": "1"}, follow=True).content.decode()


def test_what_was_typed_is_inert_on_every_page(client, paper):
    Section.objects.filter(title="B").update(title='<b>"題</b>', body="<script>alert(1)</script>\n\n二。")
    row = of(paper, '<b>"題</b>')
    urls = [page(name, paper) for name in ("arrange", "add_section", "assign_paper", "outline")]
    names = ("remove_section", "split_section", "merge_section", "assign_section", "section_history")
    urls += [page(name, paper, row.pk) for name in names]
    for url in urls:
        html = client.get(url).content.decode()
        assert "<script>alert" not in html, url
        assert "<b>" not in html, url

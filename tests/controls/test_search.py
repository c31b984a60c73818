"""Searching the catalog by number and by words."""

import pytest
from django.test import Client

from controls.models import Control
from controls.searching import MAX_HITS, CannotSearch, Found, search
from tests.factories import make_catalog, make_user

pytestmark = pytest.mark.django_db


def numbers(found: Found, slug: str) -> list[str]:
    return [hit.control.number for edition, hits in found.groups if edition.slug == slug for hit in hits]


@pytest.mark.parametrize(
    ("query", "slug", "expected"),
    [
        ("12.3.1", "iso27017-2015", ["12.3.1"]),
        ("12.3", "iso27017-2015", ["12.3.1"]),
        ("12.3.", "iso27017-2015", ["12.3.1"]),
        ("A.12.3.1", "iso27017-2015", ["12.3.1"]),
        ("a12.3.1", "iso27017-2015", ["12.3.1"]),
        ("Ａ．１２．３．１", "iso27017-2015", ["12.3.1"]),
        ("12.1", "iso27017-2015", ["12.1.1", "12.1.2", "12.1.3", "12.1.4", "CLD.12.1.5"]),
        ("A.12.1", "iso27017-2015", ["12.1.1", "12.1.2", "12.1.3", "12.1.4"]),
        ("CLD8.1.5", "iso27017-2015", ["CLD.8.1.5"]),
        ("cld.8.1.5", "iso27017-2015", ["CLD.8.1.5"]),
        ("CLD 8.1.5", "iso27017-2015", ["CLD.8.1.5"]),
        ("8.1.5", "iso27017-2015", ["CLD.8.1.5"]),
        ("CLD 8.35", "iso27017-2026", ["8.35"]),
        ("8.1", "iso27002-2022", ["8.1"]),
        ("12.3", "iso27002-2022", []),
    ],
)
def test_a_number_finds_itself_and_what_is_below_it(query: str, slug: str, expected: list[str]) -> None:
    make_catalog()
    assert numbers(search(query), slug) == expected


@pytest.mark.parametrize(
    ("query", "slug", "number"),
    [
        ("バックアップ", "iso27017-2015", "12.3.1"),
        ("ﾊﾞｯｸｱｯﾌﾟ", "iso27017-2015", "12.3.1"),
        ("information BACKUP", "iso27017-2015", "12.3.1"),
        ("役割および責任", "iso27017-2015", "6.1.1"),
        ("脆弱性", "iso27017-2015", "12.6.1"),
        ("ぜい弱性", "iso27017-2015", "12.6.1"),
        ("資産 除去", "iso27017-2015", "CLD.8.1.5"),
        ("試験情報", "iso27002-2022", "8.33"),  # a variant of the title
        ("暗号", "iso27002-2005", "12.3.1"),  # two characters
        ("世代", "iso27017-2015", "12.3.1"),  # only in a fact of a disclosure point
        ("準拠法", "iso27017-2026", "5.31"),
    ],
)
def test_words_find_titles_variants_and_disclosure_points(query: str, slug: str, number: str) -> None:
    make_catalog()
    assert number in numbers(search(query), slug)


def test_every_word_must_be_found() -> None:
    make_catalog()
    assert search("バックアップ 存在しない語").total == 0
    assert search("バックアップ 存在しない語").groups == []


def test_titles_come_before_disclosure_points() -> None:
    make_catalog()
    assert numbers(search("バックアップ"), "iso27017-2015")[0] == "12.3.1"


def test_the_points_that_matched_are_named() -> None:
    make_catalog()
    hit = next(hit for _, hits in search("保管場所").groups for hit in hits if hit.control.number == "12.3.1")
    assert hit.points == ["バックアップの保管場所"]


def test_results_are_grouped_by_edition_and_limited() -> None:
    make_catalog()
    found = search("セキュリティ")
    assert found.total > MAX_HITS
    assert found.is_cut
    assert sum(len(hits) for _, hits in found.groups) == MAX_HITS
    assert next(edition.slug for edition, _ in found.groups) == "iso27017-2015"


@pytest.mark.parametrize("query", ["", " \u3000 ", "\0"])
def test_an_empty_query_finds_nothing(query: str) -> None:
    assert search(query).total == 0


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(CannotSearch, match="100文字以内"):
        search("あ" * 101)


@pytest.mark.parametrize(
    "query", ["%", "_", "'", '"', "\\", "<script>", "{{ x }}", "(", "[", "*", "A.", "CLD", "1" * 90]
)
def test_odd_characters_are_only_text(query: str) -> None:
    make_catalog()
    assert search(query).total <= Control.objects.count()


def test_the_page_shows_results_a_limit_and_empty_states(client: Client) -> None:
    make_catalog()
    client.force_login(make_user())

    def page(query: str) -> str:
        return client.get("/catalog/search/", {"q": query}).content.decode()

    assert "番号か語を入力して検索してください。" in page("")
    assert "8件が見つかりました。" in page("バックアップ")
    assert "はじめの100件を表示しています。" in page("セキュリティ")
    assert "「&lt;b&gt;」に当てはまる管理策はありません。" in page("<b>")
    assert "100文字以内で入力してください。" in page("あ" * 101)
    assert 'value="&quot;&gt;&lt;i&gt;"' in page('"><i>')

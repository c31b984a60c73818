"""The catalog's pages: what they show, to whom, and with how many queries."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from controls.loading import load
from controls.models import Control, Phrase
from tests.factories import make_catalog, make_user

from .small_catalog import small_catalog, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make_user())
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    return len(captured)


ADDRESSES = [
    "/catalog/",
    "/catalog/iso27017-2015/",
    "/catalog/iso27017-2015/?only=whitepaper",
    "/catalog/iso27017-2015/12.3.1/",
    "/catalog/iso27017-2015/CLD.8.1.5/",
    "/catalog/search/",
    "/catalog/search/?q=12.3",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_people_who_signed_in_may_read(client: Client, address: str) -> None:
    make_catalog()
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_only_answer_to_reading(reader: Client, address: str) -> None:
    assert reader.post(address).status_code == 405


def test_the_list_shows_every_edition_with_its_state(reader: Client) -> None:
    make_catalog()
    html = page(reader, "/catalog/")
    for words in ("ISO/IEC 27017:2015", "ISO/IEC 27017:2026", "ISO/IEC 27002:2005", "暫定", "参照用"):
        assert words in html
    assert "管理策121件（うちホワイトペーパーで回答するもの44件）" in html


@pytest.mark.usefixtures("nothing_loaded")
def test_an_empty_catalog_says_what_to_do_next(reader: Client) -> None:
    assert "load_catalog" in page(reader, "/catalog/")


def test_an_edition_shows_headings_titles_flags_and_doubt_in_words(reader: Client) -> None:
    make_catalog()
    html = page(reader, "/catalog/iso27017-2015/")
    for words in (
        "12 運用のセキュリティ",
        "12.3 バックアップ",
        "情報のバックアップ",
        "Information backup",
        "ホワイトペーパーで回答",
        "提供者向けの手引あり",
        "顧客向けの手引あり",
        "クラウド固有",
        "題名は要確認",
        "題名は未確認",
    ):
        assert words in html, words
    assert html.count('<td class="no">') == 121


def test_an_edition_can_be_narrowed_to_what_whitepapers_answer(reader: Client) -> None:
    make_catalog()
    html = page(reader, "/catalog/iso27017-2015/?only=whitepaper")
    assert html.count('<td class="no">') == 44
    assert "17 事業継続" not in html
    assert "ホワイトペーパーで回答する管理策はありません" in page(reader, "/catalog/iso27002-2013/?only=whitepaper")


def test_an_edition_without_clauses_has_its_themes(reader: Client) -> None:
    make_catalog()
    html = page(reader, "/catalog/iso27002-2022/")
    assert "8 技術的管理策" in html
    assert html.count('<td class="no">') == 93


def test_a_control_shows_points_facts_crosswalks_guidance_and_phrases(reader: Client) -> None:
    make_catalog()
    control = Control.objects.get(edition__slug="iso27017-2015", number="12.3.1")
    html = page(reader, "/catalog/iso27017-2015/12.3.1/")
    assert control.guidance_ja in html
    for words in (
        "バックアップの範囲と周期",
        "主な事実",
        "backup_retention_days",
        "期間（日、週間、か月、年）",
        "/catalog/iso27002-2022/8.13/",
        "/catalog/iso27017-2026/8.13/",
        "/catalog/iso27002-2005/10.5.1/",
        "複数の対応表をたどった結果です。",
        "対応は未確認",
        "提供・実施している",
        "〔保持期間〕",
        "&lt;&lt; self_reference &gt;&gt;",
    ):
        assert words in html, words


def test_a_control_shows_crosswalks_backwards_and_what_was_dropped(reader: Client) -> None:
    make_catalog()
    html = page(reader, "/catalog/iso27002-2022/8.15/")
    for number in ("12.4.1", "12.4.2", "12.4.3"):
        assert f"/catalog/iso27017-2015/{number}/" in html
    html = page(reader, "/catalog/iso27002-2005/11.4.6/")
    assert "廃止" in html
    assert "一部が重なる" in html
    assert "新設" in page(reader, "/catalog/iso27017-2026/5.39/")


def test_every_control_has_a_page(reader: Client) -> None:
    make_catalog()
    for slug, number in (
        Control.objects.filter(in_whitepapers=False).order_by("?")[:15].values_list("edition__slug", "number")
    ):
        page(reader, f"/catalog/{slug}/{number}/")


@pytest.mark.parametrize(
    "address",
    [
        "/catalog/iso9001-2015/",
        "/catalog/iso27017-2015/99.9/",
        "/catalog/iso27017-2015/%3Cscript%3E/",
        "/catalog/iso27017-2015/12.3.1%00/",
        "/catalog/iso27017-2015/?release=9",
        "/catalog/iso27017-2015/?release=x",
        "/catalog/iso27017-2015/?release=-1",
        "/catalog/iso27017-2015/?release=１",
        "/catalog/iso27017-2015/?release=99999999999999999999",
    ],
)
def test_what_does_not_exist_is_not_found(reader: Client, address: str) -> None:
    make_catalog()
    assert reader.get(address).status_code == 404


@pytest.mark.usefixtures("nothing_loaded")
def test_an_older_release_stays_readable_and_says_so(reader: Client, tmp_path: Path) -> None:
    data = small_catalog()
    load(write(tmp_path, data))
    data["iso27002-2022.yaml"]["controls"][1]["ja"] = "直した題名"
    load(write(tmp_path, data))
    assert "直した題名" in page(reader, "/catalog/iso27002-2022/8.13/")
    for address in ("/catalog/iso27002-2022/8.13/?release=1", "/catalog/iso27002-2022/?release=1"):
        html = page(reader, address)
        assert "題名 8.13" in html
        assert "直した題名" not in html
        assert "規格データのリリース1を表示しています。" in html
    assert 'href="/catalog/iso27002-2022/8.14/?release=1"' in page(reader, "/catalog/iso27002-2022/8.13/?release=1")
    assert "リリース1" not in page(reader, "/catalog/iso27002-2022/8.13/")


@pytest.mark.usefixtures("nothing_loaded")
def test_markup_in_a_row_is_shown_as_text(reader: Client, tmp_path: Path) -> None:
    data = small_catalog()
    entry = data["disclosures/clause-12.yaml"]["12.3.1"]
    entry["guidance"]["ja"] = "<script>alert(1)</script>"
    entry["phrases"][0]["body"] = "<img src=x onerror=alert(1)>"
    load(write(tmp_path, data))
    html = page(reader, "/catalog/iso27017-2015/12.3.1/")
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@pytest.mark.usefixtures("nothing_loaded")
def test_a_phrase_that_cannot_be_filled_does_not_break_the_page(reader: Client, tmp_path: Path) -> None:
    load(write(tmp_path, small_catalog()))
    Phrase.objects.update(body="<< range(9) >>")
    assert "この文例は表示できません。" in page(reader, "/catalog/iso27017-2015/12.3.1/")


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("/catalog/iso27002-2013/", "/catalog/iso27002-2005/"),
        ("/catalog/iso27017-2015/17.2.1/", "/catalog/iso27017-2015/12.3.1/"),
        ("/catalog/search/?q=zzzz", "/catalog/search/?q=e"),
        ("/catalog/search/?q=99", "/catalog/search/?q=5"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(reader: Client, small: str, large: str) -> None:
    make_catalog()
    page(reader, "/catalog/")
    assert queries(reader, large) <= queries(reader, small) + 1
    assert queries(reader, large) <= 20

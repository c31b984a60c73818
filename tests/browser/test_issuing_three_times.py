"""Three people issue 1.0, 1.1 and 2.0 through the screens. Second issues are where others fail: what was issued stays byte
for byte, the revision history grows by the lines drafted from the difference, and each person sees only what is new to them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import Provider, User
from accounts.roles import Role
from whitepapers.models import Whitepaper

from ..factories import answer, import_data, make_catalog, make_fact, make_member, make_provider, paper_data, prose
from .conftest import Watch
from .test_the_main_job import accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMNS = [["number", "版数"], ["date", "発行日"], ["summary", "改訂内容"], ["author", "作成者"]]


@dataclass
class People:
    author: Page
    reviewer: Page
    approver: Page


@pytest.fixture
def people(browser: Browser, live_server, transactional_db) -> Iterator[People]:
    """Each in a browser of their own, signed in. No page of theirs may complain or ask for anything elsewhere."""
    make_catalog()
    provider = make_provider("aozora", name="あおぞらクラウド株式会社")
    contexts, watches, pages = [], [], []
    for role, name in ((Role.AUTHOR, "山田 花子"), (Role.REVIEWER, "高橋 確認"), (Role.APPROVER, "鈴木 承認")):
        user = make_member(provider, role, email=f"{role}@aozora.example", name=name)
        context = browser.new_context(base_url=live_server.url, locale="ja-JP", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": live_server.url}])
        contexts.append(context)
        watches.append(Watch(context, live_server.url))
        pages.append(context.new_page())
    yield People(*pages)
    for context in contexts:
        context.close()
    assert [watch.complaints for watch in watches] == [[], [], []]


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def paper(people: People) -> Whitepaper:
    make_fact(Provider.objects.get(), "backup_generations", 3)
    data = paper_data(
        prose("はじめに", "本書は、本サービスの取組みを説明します。"),
        answer("12.3.1", body="毎日バックアップを取得し、{{ backup_generations }}保管します。", **POINTS),
        answer("12.4.1", body="操作の記録を取得します。", **STANCE),
        provider={"name": "あおぞらクラウド株式会社"},
        service={"name": "あおぞら会計"},
        whitepaper={
            "title": "あおぞら会計 白書",
            "version_label": "第{number}版",
            "history": {"heading": "改訂履歴", "place": "front", "columns": COLUMNS},
        },
    )
    return import_data(data, provider_slug="aozora")


# A stance that says why a point is not answered: this test is about rounds, not about disclosure points.
STANCE = {"stances": [{"stance": "on_request", "scope": ""}]}
POINTS = STANCE


def submit(page: Page, paper: Whitepaper, *, number: str, lines: list[str]) -> None:
    """The author's page proposes number and lines, and takes the two colleagues."""
    page.goto(f"/papers/{paper.pk}/")
    page.get_by_role("link", name="レビューに提出").first.click()
    expect(page.get_by_label("版数")).to_have_value(number)
    drafted = page.get_by_label("改訂内容").input_value()
    for line in lines:
        assert line in drafted
    page.get_by_role("group", name="確認する人 1").get_by_label("担当者").select_option(label="高橋 確認")
    page.get_by_role("group", name="承認する人").get_by_label("担当者").select_option(label="鈴木 承認")
    accessible(page)
    page.get_by_role("button", name="レビューに提出").click()
    expect(page.get_by_text(f"{number}版のレビュー").first).to_be_visible()
    accessible(page)


def decide(page: Page, button: str, comment: str = "") -> None:
    """From the home page to the review, and the decision."""
    page.goto("/")
    accessible(page)
    page.locator("#reviews + ul a").first.click()
    if comment:
        page.locator("form.decide textarea").fill(comment)
    accessible(page)
    page.get_by_role("button", name=button).click()


def issue(page: Page, number: str) -> None:
    page.goto("/")
    page.locator("#reviews + ul a").first.click()
    page.get_by_role("link", name=f"{number}版を発行する").click()
    page.get_by_label("作成・確認・承認の欄を表紙に印刷する").check()
    accessible(page)
    page.get_by_role("button", name=f"{number}版を発行する").click()
    expect(page.get_by_text(f"{number}版").first).to_be_visible()
    page.wait_for_url(f"**/versions/{number}/")
    accessible(page)


def files(page: Page, paper: Whitepaper, number: str, folder: Path) -> dict[str, bytes]:
    """The four files of an issue as a person gets them; each is what its SHA-256 on the page says."""
    page.goto(f"/papers/{paper.pk}/versions/{number}/")
    shown = page.locator("main").text_content() or ""
    found = {}
    for name in ("pdf", "html", "text", "json"):
        address = f"/papers/{paper.pk}/versions/{number}/{name}/"
        found[name] = page.request.get(address).body()
        assert hashlib.sha256(found[name]).hexdigest() in shown
    (folder / f"{number}.pdf").write_bytes(found["pdf"])
    return found


def words(folder: Path, number: str) -> str:
    document = pypdfium2.PdfDocument(folder / f"{number}.pdf")
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def rewrite(page: Page, paper: Whitepaper, heading: str, text: str) -> None:
    page.goto(f"/papers/{paper.pk}/")
    page.get_by_role("link", name=heading).first.click()
    page.wait_for_selector("#section-form[data-ready]")
    page.get_by_role("textbox", name="本文", exact=True).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)
    page.locator("[name=stances-0-stance]").select_option("on_request")
    page.get_by_role("button", name="保存する", exact=True).click()
    expect(page.get_by_text("に保存しました。")).to_be_visible()


def test_a_paper_is_issued_three_times(  # noqa: PLR0915 - one story
    people: People, paper: Whitepaper, tmp_path: Path
):
    author, reviewer, approver = people.author, people.reviewer, people.approver

    # 1.0, returned once
    submit(author, paper, number="1.0", lines=["初版"])
    decide(reviewer, "差し戻す", "記録の保管期間を書いてください。")
    author.goto("/")
    expect(author.get_by_text("差し戻されました")).to_be_visible()
    rewrite(author, paper, "イベントログ取得", "記録は別の場所に保管します。")
    submit(author, paper, number="1.0", lines=["初版"])
    reviewer.goto("/")
    reviewer.locator("#reviews + ul a").first.click()
    content = reviewer.locator(".review-content")
    expect(content.locator("ins", has_text="別の場所").first).to_be_visible()  # only what is new since the return
    expect(content.get_by_text("毎日バックアップを取得し")).to_be_hidden()
    decide(reviewer, "この内容を確認済みにする")
    decide(approver, "この内容を承認")
    author.goto(f"/papers/{paper.pk}/")
    expect(author.get_by_text("承認済 1.0")).to_be_visible()
    issue(approver, "1.0")
    first = files(author, paper, "1.0", tmp_path)
    assert "第1.0版" in words(tmp_path, "1.0")
    assert "高橋確認" in words(tmp_path, "1.0")  # the approval block

    # 1.1: a fact and a sentence, two lines
    author.goto("/p/aozora/facts/?group=12.3.1")
    author.locator("[name=f_backup_generations]").fill("7")
    author.get_by_role("button", name="保存", exact=True).click()
    author.get_by_role("button", name="この内容で保存する").click()
    rewrite(author, paper, "イベントログ取得", "記録は1年間保管します。")
    submit(author, paper, number="1.1", lines=["3世代から7世代に変更", "イベントログ取得"])
    decide(reviewer, "この内容を確認済みにする")
    decide(approver, "この内容を承認")
    issue(approver, "1.1")
    second = files(author, paper, "1.1", tmp_path)
    assert "7世代" in words(tmp_path, "1.1")
    assert "3世代から7世代に変更" in words(tmp_path, "1.1")
    assert "初版" in words(tmp_path, "1.1")

    # 2.0: a control is answered that was not
    author.goto(f"/papers/{paper.pk}/outline/add/")
    author.get_by_label("管理策", exact=True).check()
    author.get_by_label("答える管理策").fill("12.4.4")
    author.get_by_role("button", name="追加する").click()
    rewrite(author, paper, "クロックの同期", "時刻は、国内の時刻サーバーに合わせます。")
    submit(author, paper, number="2.0", lines=["クロックの同期"])
    decide(reviewer, "この内容を確認済みにする")
    decide(approver, "この内容を承認")
    issue(approver, "2.0")
    files(author, paper, "2.0", tmp_path)
    history = words(tmp_path, "2.0")
    assert all(line in history for line in ("初版", "3世代から7世代に変更", "クロックの同期"))

    assert files(author, paper, "1.0", tmp_path) == first
    assert files(author, paper, "1.1", tmp_path) == second
    author.goto(f"/papers/{paper.pk}/versions/")
    accessible(author)
    rows = author.get_by_role("list", name="発行した版").locator("> li")
    assert [row.locator("strong").inner_text() for row in rows.all()] == ["2.0版", "1.1版", "1.0版"]
    expect(rows.nth(0)).to_contain_text("有効")
    author.goto(f"/papers/{paper.pk}/differences/?from=1.0&to=2.0")
    expect(author.locator("ins", has_text="7").first).to_be_visible()
    accessible(author)
    call_command("verify")

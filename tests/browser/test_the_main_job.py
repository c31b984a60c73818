"""The main job through the screens: sign in, add a service, state a fact, write a paper, read it, download its PDF."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.roles import Role
from whitepapers.models import Whitepaper

from ..factories import make_catalog, make_member, make_provider
from .downloading import text_of_downloaded_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kumo-no-ue-no-27017"


def accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in violations] == [], page.url


def sign_in(page: Page) -> None:
    provider = make_provider("aozora", name="あおぞらクラウド株式会社")
    author = make_member(provider, Role.AUTHOR, email="author@aozora.example", name="山田 花子")
    author.set_password(PASSWORD)
    author.save()
    page.goto("/")
    accessible(page)
    page.get_by_label("メールアドレス").fill("author@aozora.example")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("山田 花子")).to_be_visible()


def write_an_answer(page: Page) -> None:
    page.wait_for_selector("#section-form[data-ready]")
    page.locator("#phrases summary").click()
    page.get_by_role("button", name="文例を入れる").first.click()
    body = page.get_by_role("textbox", name="本文", exact=True)
    expect(body.locator(".chip").first).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")  # out of the list that the phrase began with
    page.keyboard.type("本サービスのデータは、毎日バックアップを取得しています。")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="・箇条書き").click()
    page.keyboard.type("取得の時刻：午前2時")
    page.keyboard.press("Enter")
    page.keyboard.type("保管：2世代")


def test_an_author_writes_a_paper_and_downloads_its_pdf(page: Page, tmp_path):
    make_catalog()
    sign_in(page)
    accessible(page)

    page.get_by_role("link", name="サービス", exact=True).first.click()
    page.goto("/p/aozora/services/new/")
    page.get_by_label("サービス名").fill("あおぞらストレージ")
    accessible(page)
    page.locator("main button.btn-primary").click()
    expect(page.get_by_text("あおぞらストレージ").first).to_be_visible()

    page.goto("/p/aozora/papers/")
    accessible(page)
    page.get_by_role("link", name="ペーパーを作成").click()
    page.get_by_label("題名").fill("あおぞらストレージ セキュリティホワイトペーパー")
    page.get_by_label("独自の番号・2階層").check()
    accessible(page)
    page.get_by_role("button", name="作成する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("あおぞらストレージ セキュリティホワイトペーパー")
    accessible(page)

    page.get_by_role("link", name="情報のバックアップ").click()
    write_an_answer(page)
    page.get_by_role("combobox", name="進み具合").select_option("done")
    page.get_by_role("button", name="保存する", exact=True).click()
    expect(page.get_by_text("に保存しました。")).to_be_visible()
    expect(page.locator(".sheet li").first).to_have_text("取得の時刻：午前2時")
    accessible(page)

    page.goto(f"/papers/{Whitepaper.objects.get().pk}/preview/")
    expect(page.get_by_text("毎日バックアップを取得しています。")).to_be_visible()
    accessible(page)
    page.goto(f"/papers/{Whitepaper.objects.get().pk}/checks/")
    accessible(page)

    text = text_of_downloaded_pdf(page, tmp_path)
    assert "本サービスのデータは、毎日バックアップを取得しています。" in text
    assert "8.4情報のバックアップ" in text


def test_the_same_job_fits_a_telephone(page: Page):
    make_catalog()
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page)
    for address in ("/", "/p/aozora/services/", "/p/aozora/papers/", "/p/aozora/facts/", "/catalog/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        accessible(page)

"""Search, preview, figures and the PDF's progress in a real browser."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.roles import Role
from whitepapers.models import Whitepaper

from ..factories import answer, make_catalog, make_member, make_paper, prose

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kumo-no-ue-no-27017"
SIZES = ({"width": 1280, "height": 900}, {"width": 390, "height": 800})


def accessible(page: Page) -> None:
    for size in SIZES[::-1]:
        page.set_viewport_size(size)
        violations = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in violations] == [], (page.url, size)


@pytest.fixture
def paper(page: Page) -> Whitepaper:
    make_catalog()
    paper = make_paper(
        prose("はじめに", "本書は安全対策を説明します。", key="intro"),
        answer("12.3.1", body="毎日バックアップします。\n\n| 対象 | 期間 |\n|---|---|\n| ファイル | 14日 |"),
        whitepaper={"title": "例示ペーパー"},
    )
    author = make_member(paper.service.provider, Role.AUTHOR, email="author@example.com")
    author.set_password(PASSWORD)
    author.save()
    page.goto("/")
    page.get_by_label("メールアドレス").fill("author@example.com")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("山田 花子")).to_be_visible()
    return paper


def test_the_top_bar_searches(page: Page, paper):
    page.get_by_label("ペーパー、節、事実を検索").fill("毎日")
    page.keyboard.press("Enter")
    expect(page.locator("mark", has_text="毎日")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="12.3.1").first.click()
    assert f"/papers/{paper.pk}/sections/" in page.url


def test_a_click_on_a_paragraph_leads_to_its_section(page: Page, paper):
    section = paper.sections.get(controls__number="12.3.1")
    address = f"/papers/{paper.pk}/sections/{section.pk}/"
    page.goto(f"/papers/{paper.pk}/preview/")
    accessible(page)
    page.get_by_text("毎日バックアップします。").click()
    page.wait_for_url(f"**{address}")
    page.goto(f"/papers/{paper.pk}/preview/")
    page.get_by_text("指摘").nth(1).click()  # opens the findings and stays
    assert page.url.endswith("/preview/")
    link = page.locator("a.edit-section", has_text="情報のバックアップ")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_a_slow_pdf_shows_its_progress_and_arrives(page: Page, paper):
    def slowly(route):
        time.sleep(1.5)
        route.continue_()

    page.goto(f"/papers/{paper.pk}/preview/")
    page.route("**/pdf/", slowly)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDFをダウンロード").click()
    assert downloading.value.suggested_filename.endswith("_draft.pdf")
    expect(page.locator("dialog.making")).to_be_hidden()


def test_a_pdf_that_cannot_be_made_is_told_in_a_sentence(page: Page, paper):
    page.goto(f"/papers/{paper.pk}/preview/")
    # A page in place of the file is what an error and a sign-in page look like.
    page.route("**/pdf/", lambda route: route.fulfill(status=200, content_type="text/html", body="<p>x"))
    page.get_by_role("link", name="PDFをダウンロード").click()
    expect(page.get_by_role("alert")).to_contain_text("PDFを作成できませんでした")
    accessible(page)
    page.get_by_role("button", name="閉じる").click()
    expect(page.locator("dialog.making")).to_be_hidden()


def test_a_responsibility_figure_is_drawn_from_rows(page: Page, paper):
    page.goto(f"/papers/{paper.pk}/figures/")
    accessible(page)
    page.get_by_role("link", name="責任分界点の図を追加").click()
    page.get_by_label("参照名").fill("split")
    for n, (layer, party) in enumerate((("アプリケーション", "当社"), ("保存データ", "お客様")), start=1):
        page.get_by_label(f"{n}行目の層").fill(layer)
        page.get_by_label(f"{n}行目の責任を負う者").fill(party)
    accessible(page)
    page.get_by_role("button", name="2行目を上へ").click()
    expect(page.get_by_label("1行目の層")).to_have_value("保存データ")
    page.get_by_label("図の題名").press("Enter")  # saves: it presses none of the buttons beside the rows
    expect(page.locator(".drawing svg")).to_be_visible()
    accessible(page)
    assert [layer["name"] for layer in paper.figures.get().layers] == ["保存データ", "アプリケーション"]

"""Standard answers and the matrix in a real browser: an answer is written, seen in the matrix, and fits a telephone."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Provider, User

from ..factories import make_edition
from ..whitepapers.test_answers import changed, draft, section_of, shared, write
from .test_the_main_job import accessible, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_answer_is_previewed_saved_and_seen_in_the_matrix(page: Page):
    edition = make_edition()
    sign_in(page)
    provider, author = Provider.objects.get(), User.objects.get()
    control = edition.controls.get(number="12.3.1")
    answer = shared(provider, control, "毎日取得します。", by=author)
    draft(provider, edition, author, "あおぞらストレージ")
    write(section_of(draft(provider, edition, author, "あおぞら会計")), author, "1時間ごとに取得します。")

    page.goto("/p/aozora/answers/")
    accessible(page)
    page.get_by_role("link", name="12.3.1 情報のバックアップ").first.click()
    page.get_by_label("本文").fill("毎日取得し、2世代保管します。")
    page.get_by_role("button", name="変わるところを確かめる").click()
    expect(page.locator("ins")).to_contain_text("2世代保管します。")
    accessible(page)
    page.get_by_role("button", name="保存する", exact=True).click()
    expect(page.get_by_text("共通回答を保存しました。")).to_be_visible()
    accessible(page)
    answer.refresh_from_db()
    changed(answer, f"{answer.body}\n無償です。", by=author)

    page.goto("/p/aozora/matrix/")
    page.get_by_text("サービスを選ぶ").click()
    accessible(page)
    page.get_by_role("link", name="新しい共通文あり（12.3.1、あおぞら会計）").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("情報のバックアップ")

    page.set_viewport_size({"width": 390, "height": 800})
    for address in ("answers/", "answers/iso27017-2015/12.3.1/", "matrix/", "matrix/iso27017-2015/12.3.1/"):
        page.goto(f"/p/aozora/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        accessible(page)

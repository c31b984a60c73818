"""A fact is changed through the screens, without JavaScript: first what that changes, then saved, then confirmed."""

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import Provider
from whitepapers.models import Fact, FactConfirmation

from ..factories import answer, import_data, make_catalog, make_fact, paper_data
from .test_the_main_job import accessible, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_fact_is_changed_and_confirmed(page, browser: Browser, live_server, width):
    make_catalog()
    sign_in(page)
    body = "保管は{{ backup_generations }}です。"
    data = paper_data(answer("12.3.1", body=body), provider={"name": "あおぞらクラウド株式会社"})
    paper = import_data(data, provider_slug="aozora")
    make_fact(Provider.objects.get(), "backup_generations", 3)
    plain = browser.new_context(
        base_url=live_server.url,
        storage_state=page.context.storage_state(),
        java_script_enabled=False,
        locale="ja-JP",
        viewport={"width": width, "height": 900},
    )
    without = plain.new_page()
    without.goto("/p/aozora/facts/?group=12.3.1")
    without.locator("[name=f_backup_generations]").fill("5")
    without.get_by_role("button", name="保存", exact=True).click()
    expect(without.get_by_role("heading", level=1)).to_have_text("保存すると変わる文章")
    expect(without.locator(".impact .becomes dd")).to_have_text("保管は5世代です。")
    without.get_by_role("button", name="入力に戻る").click()
    expect(without.locator("[name=f_backup_generations]")).to_have_value("5")
    without.get_by_role("button", name="保存", exact=True).click()
    without.get_by_role("button", name="この内容で保存する").click()
    expect(without.get_by_text("1件の事実を保存しました。")).to_be_visible()
    assert Fact.objects.get().value == 5
    without.goto(f"/services/{paper.service_id}/facts/?group=12.3.1&only=unconfirmed")
    without.locator("[name=i_backup_generations]").check()
    without.get_by_role("button", name="保存", exact=True).click()
    expect(without.get_by_text("1件を確認済みにしました。")).to_be_visible()
    assert FactConfirmation.objects.count() == 1
    plain.close()

    page.set_viewport_size({"width": width, "height": 900})
    service = f"/services/{paper.service_id}/facts/"
    for address in (f"{service}?group=12.3.1", f"{service}backup_generations/uses/"):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/p/aozora/facts/?group=12.3.1")
    page.locator("[name=f_backup_generations]").fill("")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("新しく加わる指摘")).to_be_visible()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 390])
def test_a_fact_is_stated_on_the_page_of_its_section(page, browser: Browser, live_server, width):
    make_catalog()
    sign_in(page)
    data = paper_data(
        answer("12.3.1", body="保管は{{ backup_generations }}です。"), provider={"name": "あおぞらクラウド株式会社"}
    )
    paper = import_data(data, provider_slug="aozora")
    make_fact(Provider.objects.get(), "backup_generations", 3)
    plain = browser.new_context(
        base_url=live_server.url,
        storage_state=page.context.storage_state(),
        java_script_enabled=False,
        locale="ja-JP",
        viewport={"width": width, "height": 900},
    )
    without = plain.new_page()
    address = f"/papers/{paper.pk}/sections/{paper.sections.get().pk}/"
    without.goto(address)
    expect(without.get_by_text("先に本文を保存してください。")).to_be_visible()
    without.locator(".section-facts-more > summary").click()
    without.locator("[name=f_backup_location]").fill("日本")  # printed nowhere
    without.locator("[name=f_backup_generations]").fill("5")
    without.get_by_role("button", name="事実を保存").click()
    expect(without.locator(".impact .becomes dd")).to_have_text("保管は5世代です。")
    without.get_by_role("button", name="入力に戻る").click()
    expect(without.locator("[name=f_backup_generations]")).to_have_value("5")
    assert without.evaluate("document.documentElement.scrollWidth") <= width
    without.get_by_role("button", name="事実を保存").click()
    without.get_by_role("button", name="この内容で保存する").click()
    without.wait_for_url(f"**{address}")
    expect(without.get_by_text("2件の事実を保存しました。")).to_be_visible()
    assert Fact.objects.get(name="backup_generations", service=paper.service).value == 5
    plain.close()

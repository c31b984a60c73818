"""A complete paper of 44 controls for a new service, written in the rich editor from the first key to the PDF. Every
kind of page that is passed on the way is accessible."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from whitepapers.models import Fact, Section, Service, Whitepaper

from ..factories import make_catalog, make_member, make_provider
from .downloading import text_of_downloaded_pdf
from .test_the_main_job import PASSWORD, accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAST_WORDS = "以上のとおり実施しています。"


def sign_in(page: Page) -> None:
    make_catalog()
    provider = make_provider("aozora", name="あおぞらクラウド株式会社")
    admin = make_member(provider, Role.ADMIN, email="admin@aozora.example", name="山田 花子")
    admin.set_password(PASSWORD)
    admin.save()
    page.goto("/")
    page.get_by_label("メールアドレス").fill("admin@aozora.example")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("あおぞらクラウド株式会社")
    accessible(page)


def new_service(page: Page) -> Service:
    page.goto("/p/aozora/services/")
    accessible(page)
    page.goto("/p/aozora/services/new/")
    page.get_by_label("サービス名").fill("あおぞら帳票")
    accessible(page)
    page.locator("main button.btn-primary").click()
    expect(page.get_by_text("あおぞら帳票").first).to_be_visible()
    return Service.objects.get()


def state_shared_facts(page: Page) -> None:
    """What holds for every service, on the page of facts."""
    page.goto("/p/aozora/facts/?group=12.3.1")
    page.locator("[name=f_backup_method]").fill("増分バックアップと週1回の全体バックアップ")
    page.locator("[name=f_backup_retention_days]").fill("14")
    accessible(page)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("2件の事実を保存しました。")).to_be_visible()


def new_paper(page: Page, service: Service) -> Whitepaper:
    page.goto(f"/services/{service.pk}/papers/new/")
    accessible(page)
    page.get_by_role("button", name="作成する").click()
    expect(page.get_by_text("44のうち0が完了")).to_be_visible()
    accessible(page)
    return Whitepaper.objects.get()


def at(page: Page) -> int:
    """The section whose page this is."""
    page.wait_for_selector("#section-form[data-ready]")
    found = re.search(r"/sections/(\d+)/$", urlsplit(page.url).path)
    assert found, page.url
    return int(found[1])


def go_on(page: Page, section: int) -> int:
    """Ctrl+Enter, and the section that comes then: the same one at the end of the paper."""
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".notice.success")
    return at(page)


def write_a_section(page: Page) -> None:
    text = page.get_by_role("textbox", name="本文", exact=True)
    page.locator("#phrases > summary").click()
    page.get_by_role("button", name="文例を入れる").first.click()
    expect(text).not_to_have_text("")
    page.wait_for_timeout(40)  # the editor puts its cursor where it was once more, 20 ms after it got the focus
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # out of the list that a phrase may end with
    page.keyboard.insert_text(LAST_WORDS)
    page.get_by_role("combobox", name="進み具合").select_option("done")


def state_facts_beside_the_text(page: Page) -> int:
    """Facts typed on the section's own page go with it: what they change is announced, then the next section comes."""
    accessible(page)
    page.locator(".section-facts-more > summary").click()
    page.locator("[name=f_backup_location]").fill("日本国内の2か所")
    method = page.locator("#fact-backup_method details:has([name=f_backup_method])")
    method.evaluate("fold => { fold.open = true; }")
    page.locator("[name=f_backup_method]").fill("毎時の差分バックアップ")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("保存すると変わる文章")
    expect(page.locator(".impact .becomes").first).to_contain_text("毎時の差分バックアップ")
    accessible(page)
    page.get_by_role("button", name="この内容で保存する").click()
    expect(page.get_by_text("2件の事実を保存しました。")).to_be_visible()
    return at(page)


def write_every_section(page: Page, paper: Whitepaper) -> None:
    controls = dict(paper.sections.filter(kind=Section.Kind.CONTROL).values_list("pk", "controls__number"))
    assert len(controls) == 44
    page.locator(".outline-list a").first.click()
    section, before, written = at(page), 0, set()
    while section != before:
        before = section
        if section not in controls:
            section = go_on(page, section)
            continue
        write_a_section(page)
        written.add(section)
        section = state_facts_beside_the_text(page) if controls[section] == "12.3.1" else go_on(page, section)
    assert written == controls.keys()


def test_a_whole_paper_is_written_in_the_editor(page: Page, tmp_path):
    sign_in(page)
    service = new_service(page)
    state_shared_facts(page)
    paper = new_paper(page, service)
    write_every_section(page, paper)
    rows = paper.sections.filter(kind=Section.Kind.CONTROL)
    assert [(str(row), row.body) for row in rows if LAST_WORDS not in row.body] == []
    assert Fact.objects.filter(service=service).count() == 2

    page.goto(f"/papers/{paper.pk}/")
    expect(page.get_by_text("44のうち44が完了")).to_be_visible()
    backup = rows.get(controls__number="12.3.1")
    for address in (
        "/",
        "/p/aozora/services/",
        f"/papers/{paper.pk}/",
        f"/papers/{paper.pk}/outline/",
        f"/papers/{paper.pk}/sections/{backup.pk}/",
        f"/papers/{paper.pk}/sections/{backup.pk}/history/",
        f"/services/{service.pk}/facts/?group=12.3.1",
        "/p/aozora/matrix/",
        "/p/aozora/answers/",
        f"/papers/{paper.pk}/checks/",
        f"/papers/{paper.pk}/settings/",
        f"/papers/{paper.pk}/figures/",
        "/p/aozora/search/?q=バックアップ",
        "/p/aozora/people/",
    ):
        answer = page.goto(address)
        assert answer, address
        assert answer.status == 200, address
        if "/sections/" in address and "history" not in address:
            at(page)
        accessible(page)

    page.goto(f"/papers/{paper.pk}/preview/")
    expect(page.get_by_text("毎時の差分バックアップ").first).to_be_visible()
    accessible(page)
    text = text_of_downloaded_pdf(page, tmp_path)
    assert text.count(LAST_WORDS) == 44
    assert "毎時の差分バックアップ" in text
    assert "日本国内の2か所" in text

"""A complete paper of 44 controls for a new service, written through the screens with JavaScript off: plain forms only."""

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.roles import Role
from whitepapers.models import Section, Service, Whitepaper

from ..factories import make_catalog, make_member, make_provider
from .conftest import Watch
from .downloading import text_of_downloaded_pdf

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "kumo-no-ue-no-27017"


@pytest.fixture
def plain_page(browser: Browser, live_server):
    context = browser.new_context(base_url=live_server.url, locale="ja-JP", java_script_enabled=False)
    watch = Watch(context, live_server.url)
    yield context.new_page()
    context.close()
    assert watch.complaints == []


def state_backup_facts(page: Page, service: Service) -> None:
    page.goto(f"/services/{service.pk}/facts/?group=12.3.1")
    page.get_by_label("方式・データ形式", exact=False).first.fill("増分バックアップと週1回の全体バックアップ")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("1件の事実を保存しました。")).to_be_visible()


def write_every_section(page: Page, paper: Whitepaper) -> None:
    sections = list(paper.sections.filter(kind=Section.Kind.CONTROL).values_list("pk", flat=True))
    assert len(sections) == 44
    for section in sections:
        page.goto(f"/papers/{paper.pk}/sections/{section}/")
        page.locator("#phrases > summary").click()
        page.locator("button[name=insert]").first.click()
        assert page.locator("#section-form textarea[name=body]").input_value()
        page.locator("select[name=progress]").select_option("done")
        page.locator("button[name=next]").click()
        expect(page.locator(".notice.success")).to_be_visible()


def test_a_whole_paper_is_written_through_plain_forms(plain_page: Page, tmp_path):
    make_catalog()
    author = make_member(
        make_provider("aozora", name="あおぞらクラウド株式会社"), Role.AUTHOR, email="author@aozora.example"
    )
    author.set_password(PASSWORD)
    author.save()
    page = plain_page
    page.goto("/")
    page.get_by_label("メールアドレス").fill("author@aozora.example")
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("あおぞらクラウド株式会社")
    page.goto("/p/aozora/services/new/")
    page.get_by_label("サービス名").fill("あおぞら帳票")
    page.locator("main button.btn-primary").click()
    expect(page.get_by_text("あおぞら帳票").first).to_be_visible()
    service = Service.objects.get(name="あおぞら帳票")
    state_backup_facts(page, service)

    page.goto(f"/services/{service.pk}/papers/new/")
    page.get_by_role("button", name="作成する").click()
    expect(page.get_by_text("44のうち0が完了")).to_be_visible()
    paper = Whitepaper.objects.get(service=service)
    write_every_section(page, paper)

    page.goto(f"/papers/{paper.pk}/")
    expect(page.get_by_text("44のうち44が完了")).to_be_visible()
    page.goto(f"/papers/{paper.pk}/preview/")
    expect(page.get_by_text("増分バックアップと週1回の全体バックアップ").first).to_be_visible()
    text = text_of_downloaded_pdf(page, tmp_path)
    assert "増分バックアップと週1回の全体バックアップ" in text
    assert all(section.title in text or not section.title for section in paper.sections.filter(kind="prose"))

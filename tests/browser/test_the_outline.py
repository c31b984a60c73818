"""The outline in a real browser: moved with buttons, keys and the pointer; every page accessible at two widths."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.roles import Role
from whitepapers.assigning import Assignment, assign
from whitepapers.drafting import draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Whitepaper

from ..factories import make_edition, make_member, make_provider, make_service
from .test_the_main_job import PASSWORD, accessible

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paper(page: Page) -> Whitepaper:
    """A drafted paper, and its author signed in."""
    edition = make_edition()
    provider = make_provider("aozora", name="あおぞらクラウド株式会社")
    author = make_member(provider, Role.AUTHOR, email="author@aozora.example", name="山田 花子")
    author.set_password(PASSWORD)
    author.save()
    paper = draft_paper(
        make_service(provider, "あおぞら会計"),
        edition,
        layouts()["own-two-levels"],
        title="あおぞら会計 白書",
        by=author,
    )
    make_service(provider, "あおぞら給与")
    chapter = paper.sections.filter(parent=None)[4]
    today = timezone.localdate()
    assign(paper, [], Assignment(author, today - datetime.timedelta(days=2)), chapters=[chapter.pk], by=author)
    page.goto("/")
    page.get_by_label("メールアドレス").fill("author@aozora.example")
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("山田 花子").first).to_be_visible()
    return paper


def order(paper: Whitepaper) -> list[str]:
    return [row.title for row in paper.sections.filter(parent=None).in_outline_order()]


def test_buttons_keys_and_the_pointer_move_sections(page: Page, paper: Whitepaper):
    first, second, third = order(paper)[:3]
    page.goto(f"/papers/{paper.pk}/outline/")
    page.get_by_role("button", name=f"「{second}」を上へ").click()
    expect(page.locator(".row.moved .outline-title")).to_have_text(second)
    assert order(paper)[:3] == [second, first, third]

    page.get_by_role("button", name=f"「{second}」を下へ").focus()
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_url("**by=down**")
    assert order(paper)[:3] == [first, second, third]
    expect(page.get_by_role("button", name=f"「{second}」を下へ")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("ol.outline-edit .level-1 .outline-title").nth(2)).to_have_text(second)

    moving = paper.sections.get(title=third, parent=None)
    grip = page.locator(f"#section-{moving.pk} .outline-grip")
    target = page.locator(f"#section-{paper.sections.get(title=first, parent=None).pk}")
    grip.scroll_into_view_if_needed()
    box, goal = grip.bounding_box(), target.bounding_box()
    assert box
    assert goal
    page.mouse.move(box["x"] + 4, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 6, goal["y"] + 4, steps=8)
    page.mouse.move(box["x"] + 6, goal["y"] + 2)
    expect(page.locator(".outline-mark")).to_have_count(1)
    page.mouse.up()
    page.wait_for_url("**moved=*")
    expect(page.locator("ol.outline-edit .level-1 .outline-title").first).to_have_text(third)
    assert order(paper)[:3] == [third, first, second]


def test_a_section_is_dragged_below_another(page: Page, paper: Whitepaper):
    rows = list(paper.sections.filter(parent=None).in_outline_order())
    moving, above = rows[1], rows[0]
    page.goto(f"/papers/{paper.pk}/outline/")
    last = paper.sections.filter(parent=above).in_outline_order().last() or above
    grip = page.locator(f"#section-{moving.pk} .outline-grip")
    goal = page.locator(f"#section-{last.pk}").bounding_box()
    box = grip.bounding_box()
    assert box
    assert goal
    page.mouse.move(box["x"] + 4, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, goal["y"] + goal["height"] - 4, steps=8)
    page.mouse.up()
    page.wait_for_url("**moved=*")
    moving.refresh_from_db()
    assert moving.parent == above


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_outline_and_history_is_accessible(page: Page, paper: Whitepaper, width: int, tmp_path):
    page.set_viewport_size({"width": width, "height": 900})
    section = paper.sections.exclude(body="").first()
    page.goto(f"/papers/{paper.pk}/sections/{section.pk}/history/")
    assign(paper, [section.pk], Assignment(progress="done"), by=paper.service.provider.members.get())
    own = f"/papers/{paper.pk}"
    one = f"{own}/sections/{section.pk}"
    addresses = [
        *(
            "/",
            f"{own}/",
            f"{own}/outline/",
            f"{own}/outline/add/",
            f"{own}/assign/",
            f"{own}/copy/",
            f"{own}/archive/",
        ),
        *(f"{one}/{name}/" for name in ("history", "split", "merge", "remove", "assign")),
        *(f"{one}/history/?undo={section.revisions.get().pk}", "/p/aozora/papers/archived/"),
    ]
    for number, address in enumerate(addresses):
        page.goto(address)
        page.screenshot(path=tmp_path / f"{number:02}-{width}.png", full_page=False)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        accessible(page)

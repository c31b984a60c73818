"""Makes docs/pictures/: pages of the application and of the sample's PDF, from an empty database and the shipped sample.

    .venv/bin/python tools/pictures.py

Chromium is needed (tools/system-packages --with-browser).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAPER = 1  # the sample's first paper, in a fresh database
EMAIL, PASSWORD = "{}@shiokaze-cloud.example", "shiokaze-sample"
AUTHOR, REVIEWER, APPROVER, ADMIN = "author", "reviewer", "approver", "admin"
NAMES = {REVIEWER: "磯部 直子", APPROVER: "浜田 健一"}
WIDTH, HEIGHT = 1440, 900
PDF_WIDTH = 2000
BORDER, GAP = "#c9c9c4", 18

# Words by which a page of the PDF is found, in the order of the picture; the cover is the first page.
PAGES = (("目次", "はじめに"), ("図1",), ("審査の間隔", "ISMSクラウドセキュリティ認証"))


def main() -> int:
    if CHROMIUM is None:
        sys.stderr.write("Chromium がありません。tools/system-packages --with-browser を実行してください。\n")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = settings(Path(folder), port)
        for command in ("migrate --verbosity 0", "createcachetable", "load_catalog", "load_sample"):
            manage(environment, *command.split())
        pdf = Path(folder) / "sample.pdf"
        manage(environment, "export_paper", str(PAPER), "--format", "pdf", "--output", str(pdf), "--clean")
        pages_of(pdf)
        with server(environment, port) as address:
            screens(address)
    for path in sorted(TARGET.glob("*.png")):
        sys.stdout.write(f"{path.relative_to(ROOT)} {path.stat().st_size / 1000:.0f} kB\n")
    return 0


# --- The application ----------------------------------------------------------------------------------------------


def settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of the application, whatever a .env of the working copy says."""
    return os.environ | {
        "DEBUG": "true",
        "SECRET_KEY": "only-for-the-pictures-of-the-documentation",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "HTTPS": "false",
        "BEHIND_PROXY": "false",
        "EMAIL_URL": "consolemail://",
        "DATABASE_URL": f"sqlite:///{folder / 'pictures.sqlite3'}",
        "LOG_LEVEL": "WARNING",
    }


def manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(environment: dict[str, str], port: int) -> Iterator[str]:
    """The running application's address; it ends with the block."""
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "manage.py"), "runserver", "--noreload", f"127.0.0.1:{port}"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        wait_for(f"{address}/health")
        yield address
    finally:
        running.terminate()
        running.wait(timeout=20)


def wait_for(url: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


# --- Pages of the application -------------------------------------------------------------------------------------


def screens(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=ja", "--hide-scrollbars"],
        )
        people = {who: signed_in(browser, address, who) for who in (AUTHOR, REVIEWER, APPROVER, ADMIN)}
        for name, (go, height) in SCREENS.items():
            take(people[AUTHOR], name, go, height)
        first_issue_and_next_round(people)
        for name, (who, go, height) in LATER_SCREENS.items():
            take(people[who], name, go, height)
        browser.close()


def signed_in(browser: Browser, address: str, who: str) -> Page:
    """A page of a browser of that person's own."""
    context = browser.new_context(
        base_url=address,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        viewport={"width": WIDTH, "height": HEIGHT},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=login]").fill(EMAIL.format(who))
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    return page


def take(page: Page, name: str, go: Callable[[Page], None], height: int) -> None:
    go(page)
    page.wait_for_load_state("networkidle")
    page.mouse.move(WIDTH - 1, HEIGHT - 1)  # hovers over nothing
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(300)
    shot = Path(tempfile.gettempdir()) / f"hakusho-{os.getpid()}-{name}"
    page.screenshot(path=shot, clip={"x": 0, "y": 0, "width": WIDTH, "height": height}, type="png")
    with Image.open(shot) as picture:
        save(picture, TARGET / name)
    shot.unlink()


def section(page: Page) -> None:
    """The section of 12.3.1, its place in the outline in sight."""
    page.goto(f"/papers/{PAPER}/")
    page.locator("ol.outline-list a", has_text="情報のバックアップ").first.click()
    page.locator("h1", has_text="情報のバックアップ").wait_for()
    page.evaluate(
        """() => {
            const outline = document.querySelector("nav.outline"), now = outline.querySelector(".now");
            outline.scrollTop = now.offsetTop - outline.offsetTop - outline.clientHeight / 2;
        }"""
    )


def facts(page: Page) -> None:
    page.goto("/services/1/facts/?group=12.3.1")


def outline(page: Page) -> None:
    page.goto(f"/papers/{PAPER}/")


def catalog(page: Page) -> None:
    page.goto("/catalog/iso27017-2015/12.3.1/")
    page.locator("h1", has_text="情報のバックアップ").wait_for()


# --- A first issue, and the round after it -------------------------------------------------------------------------


def first_issue_and_next_round(people: dict[str, Page]) -> None:
    """1.2 is submitted, checked, approved and issued; then a fact and a section change, and the approver has the turn."""
    author, approver = people[AUTHOR], people[APPROVER]
    submit(author, "改訂内容を差分から作成する運用に変更")
    decide(people[REVIEWER], "この内容を確認済みにする")
    decide(approver, "この内容を承認")
    approver.get_by_role("link", name="版を発行する").click()
    approver.get_by_role("button", name="版を発行する").click()
    approver.wait_for_url("**/versions/*/")
    author.goto("/services/1/facts/?group=12.3.1")
    author.locator("[name=f_backup_retention_days]").fill("31")
    author.get_by_role("button", name="保存", exact=True).click()
    author.get_by_role("button", name="この内容で保存する").click()
    author.goto(f"/papers/{PAPER}/")
    author.locator("ol.outline-list a", has_text="クロックの同期").first.click()
    author.wait_for_selector("#section-form[data-ready]")
    text = author.get_by_role("textbox", name="本文", exact=True)
    text.locator("> :last-child").click(position={"x": 2, "y": 2})
    author.keyboard.press("Control+End")
    author.keyboard.press("Enter")
    author.keyboard.insert_text("時刻のずれは常時監視し、許容範囲を超えたときは補正します。")
    author.get_by_role("button", name="保存する", exact=True).click()
    author.get_by_text("に保存しました。").wait_for()
    submit(author, "")
    decide(people[REVIEWER], "この内容を確認済みにする")


def submit(page: Page, lines: str) -> None:
    """``lines``: of the revision history, where none are drafted."""
    page.goto(f"/papers/{PAPER}/submit/")
    if lines:
        page.get_by_label("改訂内容").fill(lines)
    for group, who in (("確認する人 1", REVIEWER), ("承認する人", APPROVER)):
        page.get_by_role("group", name=group).get_by_label("担当者").select_option(label=NAMES[who])
    page.get_by_role("button", name="レビューに提出").click()
    page.wait_for_url("**/reviews/*/")


def decide(page: Page, button: str) -> None:
    review(page)
    page.get_by_role("button", name=button).click()
    page.locator(".messages").wait_for()


def review(page: Page) -> None:
    page.goto("/")
    page.locator("#reviews + ul a").first.click()
    page.locator("#round").wait_for()


def versions(page: Page) -> None:
    page.goto(f"/papers/{PAPER}/versions/")


def differences(page: Page) -> None:
    page.goto(f"/papers/{PAPER}/differences/")


def audit(page: Page) -> None:
    page.goto("/p/shiokaze/audit/")


# Each picture: how to get there, and how much of the window it shows.
SCREENS: dict[str, tuple[Callable[[Page], None], int]] = {
    "section.png": (section, 900),
    "facts.png": (facts, 900),
    "outline.png": (outline, 820),
    "catalog.png": (catalog, 900),
}

# The same, once there are rounds and issues, and as whom.
LATER_SCREENS: dict[str, tuple[str, Callable[[Page], None], int]] = {
    "review.png": (APPROVER, review, 900),
    "differences.png": (AUTHOR, differences, 820),
    "versions.png": (AUTHOR, versions, 480),
    "audit.png": (ADMIN, audit, 640),
}


# --- Pages of the PDF ---------------------------------------------------------------------------------------------


def pages_of(path: Path) -> None:
    """Cover, contents, responsibility figure and a table side by side, each with a thin border."""
    with pypdfium2.PdfDocument(path) as document:
        texts = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
        chosen = [0]
        for words in PAGES:
            chosen.append(next(n for n, text in enumerate(texts) if n > chosen[-1] and all(w in text for w in words)))
        scale = (2 * PDF_WIDTH - 3 * GAP) / 4 / document[0].get_width()
        pictures = [bordered(document[n].render(scale=scale).to_pil().convert("RGB")) for n in chosen]
    width, height = pictures[0].size
    sheet = Image.new("RGB", (4 * width + 3 * GAP, height), "white")
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place * (width + GAP), 0))
    small = sheet.resize((PDF_WIDTH, round(height * PDF_WIDTH / sheet.width)), Image.Resampling.LANCZOS)
    save(small, TARGET / "pdf.png")


def bordered(picture: Image.Image) -> Image.Image:
    framed = Image.new("RGB", (picture.width + 4, picture.height + 4), BORDER)
    framed.paste(picture, (2, 2))
    return framed


def save(picture: Image.Image, path: Path) -> None:
    """With a palette: screens and print have few colours, and the file is a third of the size."""
    few = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(path, "PNG", optimize=True)


if __name__ == "__main__":
    sys.exit(main())

"""Debian's Chromium against a live server. Every page is watched: no error on its console, no request to elsewhere."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.fail("Chromium is not installed: run tools/system-packages --with-browser")
    # Playwright's own event loop runs in this thread, and Django would take it for an asynchronous program.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield opened
        opened.close()


class Watch:
    """What a page must not do."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.complaints: list[str] = []
        self.origin = urlsplit(origin).netloc
        context.on("request", self.request)
        context.on("console", self.console)
        context.on("weberror", lambda e: self.complaints.append(str(e.error)))

    def console(self, message) -> None:
        # A test that takes the connection away knows that it is gone.
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            self.complaints.append(message.text)

    def request(self, request) -> None:
        target = urlsplit(request.url)
        if target.scheme in ("http", "https", "ws", "wss") and target.netloc != self.origin:
            self.complaints.append(f"request to {request.url}")


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="ja-JP", viewport={"width": 1280, "height": 900})
    watch = Watch(context, live_server.url)
    yield context.new_page()
    context.close()
    assert watch.complaints == []

"""Nothing outside of the Document gets into its PDF: no network, no file, no clock, no other paper before it."""

import gc
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from tests.documents import ISSUED, long_document, make_document, section
from whitepapers.document import Figure, Picture
from whitepapers.rendering.environment import ASSETS
from whitepapers.rendering.pdf import _OwnFilesOnly, render_pdf

from .pdf_reading import Pdf, squeezed

ROOT = Path(__file__).resolve().parent.parent.parent
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
IN_ANOTHER_PROCESS = """
import hashlib, json, sys, time, datetime
later = json.loads(sys.argv[1])
clock = time.time
time.time = lambda: clock() + later
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=later)
datetime.datetime = Later
from tests.documents import DRAFT, long_document
from whitepapers.rendering.pdf import render_pdf
sys.stdout.write(hashlib.sha256(render_pdf(long_document(2), DRAFT)).hexdigest())
"""


def _digest_elsewhere(seed: str, later: int, zone: str) -> str:
    environ = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, json.dumps(later)]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def test_the_same_document_gives_the_same_bytes_in_other_processes_and_on_other_days():
    digests = {_digest_elsewhere("1", 0, "UTC"), _digest_elsewhere("2", 40_000_000, "Asia/Tokyo")}
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_the_same_document_gives_the_same_bytes_after_others():
    document = long_document(1)
    first = render_pdf(document, ISSUED)
    render_pdf(make_document(section("別", "別の文書です。" * 50)), ISSUED)
    assert hashlib.sha256(render_pdf(document, ISSUED)).digest() == hashlib.sha256(first).digest()


@pytest.mark.parametrize(
    "typed",
    [
        "![図](http://127.0.0.1:9/x.png)",
        '<img src="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<style>@import url("http://127.0.0.1:9/x.css")</style>',
        '<object data="file:///etc/hostname"></object>',
    ],
)
def test_addresses_in_the_text_stay_text(typed, monkeypatch):
    asked = _watched(monkeypatch)
    document = make_document(section(typed, typed), subtitle=typed, company=typed, notices=(typed,), header=typed)
    pdf = Pdf(render_pdf(document, ISSUED))
    assert pdf.words.count(squeezed(typed)) >= 3
    assert list(pdf.pike.attachments) == ["document.json"]
    assert not [url for url in asked if not url.startswith(ASSETS.as_uri())]


def _watched(monkeypatch) -> list[str]:
    asked: list[str] = []
    fetch = _OwnFilesOnly.fetch

    def watching(self, url, headers=None):
        asked.append(url)
        return fetch(self, url, headers)

    monkeypatch.setattr(_OwnFilesOnly, "fetch", watching)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "https://example.com/x.png",
        "ftp://example.com/x",
        "file:///etc/passwd",
        ASSETS.as_uri() + "/../../manage.py",
        ASSETS.as_uri() + "/%2e%2e/%2e%2e/manage.py",
        "file://host" + str(ASSETS / "print.css"),
        ASSETS.as_uri(),
        str(ASSETS / "print.css"),
        "",
    ],
)
def test_the_fetcher_refuses_everything_else(url):
    with pytest.raises(ValueError, match="own assets"):
        _OwnFilesOnly().fetch(url)


def test_the_fetcher_gives_our_own_files_and_data():
    assert b"@page" in _OwnFilesOnly().fetch((ASSETS / "print.css").as_uri()).read()
    assert _OwnFilesOnly().fetch("data:text/plain,abc").read() == b"abc"


def test_a_picture_of_the_document_is_printed_with_its_words():
    picture = Figure("p", 1, "構成図", "構成を示す図", (), Picture("image/png", 1, 1, PIXEL))
    pdf = Pdf(render_pdf(make_document(section("図", picture)), ISSUED))
    (image,) = pdf.pike.pages[3].get_images().values()
    assert not image.get("/Interpolate", False)  # PDF/A forbids it
    assert "図1構成図" in pdf.words
    figures = [
        item for item in pdf.pike.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
    ]
    assert [str(figure.Alt) for figure in figures] == ["構成を示す図"]


def test_memory_does_not_grow_from_paper_to_paper():
    document = make_document(section("節", "当社は、お客様のデータを取り扱います。" * 20))
    for _ in range(3):
        render_pdf(document, ISSUED)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(20):
        render_pdf(document, ISSUED)
    gc.collect()
    assert len(gc.get_objects()) - before < 500


def test_the_collector_is_as_it_was_after_a_render():
    render_pdf(make_document(), ISSUED)
    assert gc.isenabled()
    gc.disable()
    try:
        render_pdf(make_document(), ISSUED)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_page_of_boxes_is_freed_when_its_pdf_is_done():
    from weasyprint.document import Page

    render_pdf(make_document(), ISSUED)
    assert not [item for item in gc.get_objects() if isinstance(item, Page)]

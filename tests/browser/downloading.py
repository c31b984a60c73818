"""The PDF that a person gets from the page they are on."""

from pathlib import Path

import pypdfium2
from playwright.sync_api import Page


def text_of_downloaded_pdf(page: Page, folder: Path) -> str:
    """Presses the PDF link and reads the file back; its text without any white space."""
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFをダウンロード").click()
    path = folder / "paper.pdf"
    download.value.save_as(path)
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join("".join(document[n].get_textpage().get_text_range().split()) for n in range(len(document)))
    finally:
        document.close()

"""A PDF read back from its bytes."""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pikepdf
import pypdfium2


@dataclass(frozen=True)
class Bookmark:
    level: int
    title: str
    page: int  # 1 for the cover


class Pdf:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pike = pikepdf.open(io.BytesIO(data))
        self.pages = len(self.pike.pages)

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page, as a reader copies it."""
        document = pypdfium2.PdfDocument(self.data)
        try:
            return [page.get_textpage().get_text_range() for page in document]
        finally:
            document.close()

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def words(self) -> str:
        """All of the text without white space."""
        return squeezed(self.text)

    def page_of(self, words: str, first: int = 1) -> int:
        """The first page from ``first`` on where ``words`` stand."""
        return next(n for n in range(first, self.pages + 1) if squeezed(words) in squeezed(self.texts[n - 1]))

    def lines(self, page: int) -> list[str]:
        return [line.strip() for line in self.texts[page - 1].splitlines() if line.strip()]

    @cached_property
    def bookmarks(self) -> list[Bookmark]:
        pages = {page.objgen: number for number, page in enumerate(self.pike.pages, start=1)}

        def walk(items: list[pikepdf.OutlineItem], level: int) -> Iterator[Bookmark]:
            for item in items:
                yield Bookmark(level, item.title, pages[item.destination[0].objgen])
                yield from walk(item.children, level + 1)

        with self.pike.open_outline() as outline:
            return list(walk(outline.root, 1))

    @cached_property
    def fonts(self) -> dict[str, pikepdf.Object]:
        """Name → descendant font, of every font in the file."""
        found = {}
        for item in self.pike.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font" and "/DescendantFonts" in item:
                found[str(item.BaseFont)] = item.DescendantFonts[0]
        return found

    def attachment(self, name: str) -> bytes:
        return self.pike.attachments[name].get_file().read_bytes()

    @cached_property
    def tags(self) -> list[tuple[str, ...]]:
        """The path of tags to every element of the structure tree."""
        found: list[tuple[str, ...]] = []

        def walk(element: pikepdf.Object, path: tuple[str, ...]) -> None:
            if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
                return
            here = (*path, str(element.S).lstrip("/"))
            found.append(here)
            kids = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                walk(kid, here)

        walk(self.pike.Root.StructTreeRoot.K[0], ())
        return found


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))

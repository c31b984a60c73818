"""A Document as PDF by WeasyPrint: PDF/A-3a and PDF/UA-1 in one file, the same bytes for the same Document.

Nothing is fetched: the stylesheets and fonts are the project's own files, pictures stand in the Document, every other
address is refused. docs/decisions/0006-pdf.md tells what makes it fast.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from ..document import Document, Imprint
from .environment import ASSETS, context, environment
from .glyphs import GlyphsMissing, missing_glyphs, printable

# WeasyPrint writes one identification, PDF/A's; PDF/UA's goes beside it, with the schema that PDF/A asks for.
_UA_IDENTIFICATION = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""

_NO_DATE = "2000-01-01"  # of a draft without a planned date: a clock would make every PDF another one

# One PDF at a time in a process: the layout is pure Python, so threads would only wait for each other, and the garbage
# collector is switched for the whole process.
_lock = threading.Lock()


class _OwnFilesOnly(URLFetcher):
    """Fetches the project's own assets and what stands in the document itself (data:), and nothing else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme == "file" and not parts.netloc and path.is_relative_to(ASSETS) and path.is_file():
            return super().fetch(url, headers)
        raise ValueError("only the project's own assets are fetched")


@cache
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheets(watermark: bool) -> tuple[weasyprint.CSS, ...]:
    fetcher = _OwnFilesOnly()
    names = ("paper.css", "print.css", *(("draft.css",) if watermark else ()))
    return tuple(weasyprint.CSS(filename=ASSETS / name, font_config=_fonts(), url_fetcher=fetcher) for name in names)


def render_pdf(document: Document, imprint: Imprint, *, watermark: bool | None = None, strict: bool = False) -> bytes:
    """The PDF. ``watermark`` prints DRAFT behind every page, by default when the imprint is a draft's.

    Raises GlyphsMissing when ``strict`` and a character cannot be printed; else such a character prints as 〓.
    """
    if strict and (missing := missing_glyphs(document)):
        raise GlyphsMissing(missing)
    stylesheets = _stylesheets(imprint.draft if watermark is None else watermark)
    html = print_html(document, imprint)
    day = datetime.fromisoformat(imprint.date or _NO_DATE).replace(tzinfo=UTC)
    attachment = weasyprint.Attachment(
        string=document.to_json(),
        name="document.json",
        description="Hakusho document",
        relationship="Source",
        created=day,
        modified=day,
    )
    with _lock, _without_collector():
        rendered = weasyprint.HTML(string=html, url_fetcher=_OwnFilesOnly(), base_url=ASSETS.as_uri() + "/").render(
            stylesheets=[*stylesheets], font_config=_fonts(), pdf_variant="pdf/a-3a", pdf_tags=True
        )
        rendered.metadata.xmp_metadata.append(_UA_IDENTIFICATION)
        rendered.metadata.attachments.append(attachment)
        return bytes(rendered.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True))


def print_html(document: Document, imprint: Imprint) -> str:
    """The HTML that is laid out, with 〓 for what the fonts lack."""
    cover = document.printed.cover
    values = context(document, imprint)
    footer = "　".join(part for part in (cover.document_number, cover.version) if part)
    html = (
        environment()
        .get_template("print.html")
        .render(values, day=imprint.date or _NO_DATE, footer=footer, keywords=f"ISO/IEC 27017, {cover.service}")
    )
    return printable(html)


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection while the box tree grows: it would walk the whole tree again and again, and free nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()

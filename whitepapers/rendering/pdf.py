"""A Document as PDF by WeasyPrint: PDF/A-3a and PDF/UA-1 in one file, the same bytes for the same Document.

Nothing is fetched: the stylesheets and fonts are the project's own files, pictures stand in the Document, every other
address is refused. docs/decisions/0006-pdf.md tells what makes it fast.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import fromstring

import pydyf
import weasyprint
from cssselect2 import ElementWrapper
from weasyprint.document import Page
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from ..document import Document, Imprint
from .environment import ASSETS, context, environment
from .glyphs import GlyphsMissing, missing_glyphs, printable

# WeasyPrint identifies the file as PDF/A only. PDF/UA's identification stands in the same RDF, with the description of
# its schema that PDF/A asks for.
_UA_IDENTIFICATION = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
_END_OF_RDF = b"</rdf:RDF>"

NO_DATE = "2000-01-01"  # of a draft without a planned date: a clock would make every PDF another one

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


class _WellFormed(weasyprint.HTML):
    """HTML that is XML too, as templates/document/ writes it: read ten times as fast as HTML that may be anything."""

    def __init__(self, text: str) -> None:  # does what the class above does after its parser
        self.base_url = ASSETS.as_uri() + "/"
        self.url_fetcher = fetcher()
        self.media_type = "print"
        # Of our own template, in which every value is escaped: no entity and no declaration but ours.
        tree = fromstring(text)  # noqa: S314 # nosec B314
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


@cache
def fetcher() -> URLFetcher:
    return _OwnFilesOnly()


@cache
def fonts() -> FontConfiguration:
    return FontConfiguration()


@cache
def _stylesheets(watermark: bool) -> tuple[weasyprint.CSS, ...]:
    names = ("paper.css", "print.css", *(("draft.css",) if watermark else ()))
    return tuple(weasyprint.CSS(filename=ASSETS / name, font_config=fonts(), url_fetcher=fetcher()) for name in names)


def render_pdf(document: Document, imprint: Imprint, *, watermark: bool | None = None, strict: bool = False) -> bytes:
    """The PDF. ``watermark`` prints DRAFT behind every page, by default when the imprint is a draft's.

    Raises GlyphsMissing when ``strict`` and a character cannot be printed; else such a character prints as 〓.
    """
    if strict and (missing := missing_glyphs(document, imprint)):
        raise GlyphsMissing(missing)
    day = datetime.fromisoformat(imprint.date or NO_DATE).replace(tzinfo=UTC)
    attachment = weasyprint.Attachment(
        string=document.to_json(),
        name="document.json",
        description="Hakusho document",
        relationship="Source",
        created=day,
        modified=day,
    )
    html = print_html(document, imprint)
    return lay_out(html, _stylesheets(imprint.draft if watermark is None else watermark), attachment)


def lay_out(html: str, stylesheets: tuple[weasyprint.CSS, ...], *attachments: weasyprint.Attachment) -> bytes:
    """A page of templates/document/ as PDF. It must be XML."""
    with _lock, _without_collector():
        return _laid_out(html, stylesheets, attachments)


def print_html(document: Document, imprint: Imprint) -> str:
    """The HTML that is laid out, with 〓 for what the fonts lack."""
    cover = document.printed.cover
    values = context(document, imprint, on_paper=True)
    footer = "　".join(part for part in (cover.document_number, cover.version) if part)
    html = (
        environment()
        .get_template("print.html")
        .render(values, day=imprint.date or NO_DATE, footer=footer, keywords=f"ISO/IEC 27017, {cover.service}")
    )
    return printable(html)


def _laid_out(
    html: str, stylesheets: tuple[weasyprint.CSS, ...], attachments: tuple[weasyprint.Attachment, ...]
) -> bytes:
    """A function of its own, so that its boxes are out of reach when the collector looks at them."""
    laid_out = _WellFormed(html).render(
        stylesheets=[*stylesheets], font_config=fonts(), pdf_variant="pdf/a-3a", pdf_tags=True
    )
    for page in laid_out.pages:
        # A link is where its element is. WeasyPrint makes another one of each box inside, outside of the Link tag.
        page.links = [link for link in page.links if link[3].link]
        _join_leaders(page)
    laid_out.metadata.attachments.extend(attachments)
    return bytes(laid_out.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True, finisher=_finish))


def _join_leaders(page: Page) -> None:
    """Leaders as one run of text. WeasyPrint makes a box of each repetition, and draws and tags every one of them."""
    for leader in page._page_box.descendants():
        if leader.is_leader and len(leader.children) > 1:
            first = min(leader.children, key=lambda box: box.position_x)
            run = first.copy_with_text("".join(box.text for box in leader.children))
            run.width = sum(box.width for box in leader.children)
            run.pango_layout = copy(first.pango_layout)
            run.pango_layout.text = run.text
            leader.children = (run,)


def _finish(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """The last touch before the file is written: PDF/UA, page labels, and every object as the bytes that it will be."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    xmp = b"".join(metadata.stream)
    if xmp.count(_END_OF_RDF) != 1:
        raise RuntimeError("WeasyPrint writes its metadata in another form than this was written for")
    metadata.stream = [xmp.replace(_END_OF_RDF, _UA_IDENTIFICATION + _END_OF_RDF)]
    pdf.catalog["PageLabels"] = pydyf.Dictionary(
        {"Nums": pydyf.Array([0, pydyf.Dictionary({"S": "/D"})])}  # 1, 2, 3 … from the cover, as printed
    )
    pdf.objects = [object_ if object_.free == "f" else _Written(object_) for object_ in pdf.objects]


class _Written(pydyf.Object):
    """A finished object. pydyf asks each for its bytes twice, for the file and for its checksum, and packs them twice."""

    def __init__(self, object_: pydyf.Object) -> None:
        super().__init__()
        self.number, self.generation = object_.number, object_.generation
        self._data, self._compressible = object_.data, object_.compressible

    @property
    def data(self) -> bytes:
        return self._data

    @property
    def compressible(self) -> bool:
        return self._compressible


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection while the box tree grows: it would walk the whole tree again and again, and free nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.collect(0)  # all that is newer than disable(): the tree, and nothing of the rest of the process
            gc.enable()

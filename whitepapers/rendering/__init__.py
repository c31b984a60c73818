"""From a Document to bytes: one file per format, no database, no Django."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..document import Document, Imprint
from .html import render_html
from .json import render_json
from .pdf import render_pdf
from .text import render_text


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    media_type: str
    render: Callable[[Document, Imprint], str | bytes]


FORMATS = {
    "pdf": Format("pdf", "application/pdf", render_pdf),
    "html": Format("html", "text/html; charset=utf-8", render_html),
    "json": Format("json", "application/json", render_json),
    "text": Format("txt", "text/plain; charset=utf-8", render_text),
}


def render(document: Document, imprint: Imprint, format_name: str) -> bytes:
    """The paper in one of FORMATS, as the bytes of a file. Raises KeyError for a format that does not exist."""
    rendered = FORMATS[format_name].render(document, imprint)
    return rendered.encode() if isinstance(rendered, str) else rendered

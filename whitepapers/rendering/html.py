"""A Document as HTML: the fragment that pages of the application show, and a page that stands by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from markupsafe import Markup

from ..document import Block, Document, History, Imprint, Section
from .environment import ASSETS, context, environment


def render_fragment(document: Document, imprint: Imprint) -> Markup:
    """The paper as one ``<article>``, for a page that links paper.css and screen.css."""
    return Markup(environment().get_template("paper.html").render(context(document, imprint)))  # noqa: S704 - escaped by it


def render_html(document: Document, imprint: Imprint) -> str:
    """A whole page in one file: nothing in it is fetched."""
    return (
        environment()
        .get_template("page.html")
        .render(context(document, imprint), stylesheet=_stylesheet("paper.css") + _stylesheet("screen.css"))
    )


@cache
def _stylesheet(name: str) -> Markup:
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def render_section(document: Document, section: Section) -> Markup:
    """One section without those below it, as the preview beside its form."""
    alone = replace(section, children=())
    module = environment().get_template("blocks.html").make_module(context(document, Imprint()))
    return Markup('<article class="paper">{}</article>').format(
        module.section_html(alone, document.printed.history)  # type: ignore[attr-defined]
    )


def render_history(document: Document, history: History) -> Markup:
    """A revision history by itself: some rows of that of ``document``."""
    module = environment().get_template("blocks.html").make_module(context(document, Imprint()))
    return Markup('<article class="paper">{}</article>').format(module.history_html(history))  # type: ignore[attr-defined]


def render_blocks(document: Document, blocks: tuple[Block, ...]) -> Markup:
    """Some blocks of the Document by themselves."""
    module = environment().get_template("blocks.html").make_module(context(document, Imprint()))
    return Markup('<div class="paper-blocks">{}</div>').format(Markup(module.blocks_html(blocks)))  # type: ignore[attr-defined]  # noqa: S704 - escaped by it

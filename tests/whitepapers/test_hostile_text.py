"""Markup, templates, emoji, rare kanji in every text field: accepted as the text they are, inert in every format."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from html.parser import HTMLParser

import pytest

from tests.factories import answer, make_paper, prose
from whitepapers.compose import compose, draft_imprint
from whitepapers.document import Document
from whitepapers.exporting import export_paper
from whitepapers.rendering import render

pytestmark = pytest.mark.django_db

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style><svg onload=alert(1)>",
    "{% include 'x' %}",
    "<< x >> <% if %>",
    "]]>",
    "<!--",
    "&lt;b&gt; &#60; &amp",
    "javascript:alert(1)",
    "${7*7} #{7*7} %s %(a)s {0}",
    "😀👨‍👩‍👧🇯🇵",
    "𠮷野家 髙橋 山﨑 葛\U000e0100",
    "مرحبا بالعالم עברית",
    "\u200b\u200d\u2060\ufeff\u00ad",
    "=cmd|' /C calc'!A0",
    "\\ \\n \\u0041",
]
# Where {{ … }} is no placeholder but text.
TEMPLATE = "{{ 7*7 }}{{ x }}"


def everywhere(text: str, body: str, *, extra: str = "") -> dict:
    """What make_paper takes, with ``text`` in every field of one line, ``body`` in every body."""
    line = text + extra
    return {
        "provider": {
            "name": f"会社{line}",
            "self_reference": f"当社{line[:40]}",
            "customer_term": f"客{line[:40]}",
            "address": line,
        },
        "service": {"name": f"サービス{line}", "alias": line or "本"},
        "whitepaper": {
            "title": f"題{line}", "subtitle": f"副題{line}", "document_number": f"番号{line}", "header": f"頭{line}",
            "classification": f"公開{line}", "version_label": f"第{{number}}版{text}", "date_label": f"{{year}}年{text}",
            "planned": {"number": "1.1", "date": "2024-05-07"}, "reference_line": f"項番：{{ids}}{text}",
            "control_prefix": text[:10], "number_suffix": text[:5],
            "history": {
                "heading": f"履歴{line[:40]}", "number_label": f"第{{number}}版{text}", "date_label": f"{{year}}{text}",
                "columns": [[key, f"列{line}"] for key in ("number", "date", "summary", "note", "author")],
            },
            "colophon": [[f"発行{line}", f"者{line}\n{line}"]],
            "notices": [f"注意{line}\n{line}"],
        },
        "facts": {"backup_method": f"方式{line}", "data_locations": [{"country": f"国{line}"}]},
        "figures": [
            {
                "key": "a", "kind": "responsibility", "caption": f"図題{line}", "alt": f"代替{line}",
                "layers": [{"name": f"層{line}", "party": f"者{n}{line}"} for n in range(2)],
            }
        ],
        "history": [{"number": "1.0", "date": "2021-11-05", "summary": f"改訂{line}", "note": line, "author": line}],
        "sections": [
            prose(f"節{line}", f"本文{body}\n\n・項目{body}\n\n|表{body.replace('|', '｜')}|\n|-|\n|値|\n\n※注{body}"),
            answer(
                "12.3.1", title=f"見出し{line}", stances=[{"stance": "provided", "scope": f"範囲{line}"}],
                body="{{ backup_method }}\n\n{{ data_locations }}\n\n{{ figure: a }}",
            ),
        ],
    }  # fmt: skip


def imported(parts: dict):
    parts = deepcopy(parts)
    sections = parts.pop("sections")
    return make_paper(*sections, **parts)


class Skeleton(HTMLParser):
    """Elements with their attributes, but for classes and spans that say how wide a column is or where to break."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple] = []
        self.classes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.classes |= {values.pop("class", "")}
        if tag == "span" and not values:
            return
        targets = [values.get(name) for name in ("style", "href", "src") if not _is_anchor(values.get(name))]
        self.elements.append((tag, sorted(values), targets))

    def handle_comment(self, data):
        self.elements.append(("comment", data))

    def handle_data(self, data):
        self.texts.append(data)


def _is_anchor(value: str | None) -> bool:
    return bool(value and value.startswith("#s"))


@pytest.fixture
def harmless():
    return html_of(imported(everywhere("あ", "あ")))


def html_of(paper) -> str:
    return render(compose(paper), draft_imprint(paper), "html").decode()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_element_and_no_attribute_comes_from_a_text(text, harmless):
    pattern_safe = text.replace("{", "｛").replace("}", "｝").replace("[", "［").replace("]", "］")
    parts = everywhere(pattern_safe, text, extra=text if text != pattern_safe else "")
    html = html_of(imported(parts))
    assert Skeleton(html).elements == Skeleton(harmless).elements
    assert all(re.fullmatch(r"[a-z0-9 -]*", name) for name in Skeleton(html).classes)


@pytest.mark.parametrize("text", [*HOSTILE, TEMPLATE], ids=ascii)
def test_every_text_is_kept_and_printed_as_it_is(text):
    body = "" if text == TEMPLATE else text
    parts = everywhere("", body, extra=text)
    paper = imported(parts)
    document = compose(paper)
    cover = document.printed.cover
    assert (cover.title, cover.subtitle, cover.service) == (f"題{text}", f"副題{text}", f"サービス{text}")
    assert (cover.company, cover.classification) == (f"会社{text}", f"公開{text}")
    assert document.printed.colophon == ((f"発行{text}", f"者{text}\n{text}"),)
    assert document.printed.notices == (f"注意{text}\n{text}",)
    assert [section.title for section in document.walk()] == [f"節{text}", f"見出し{text}"]
    assert Document.from_json(document.to_json()) == document
    printed = render(document, draft_imprint(paper), "text").decode()
    for part in (
        "題",
        "副題",
        "サービス",
        "会社",
        "公開",
        "番号",
        "注意",
        "発行",
        "節",
        "見出し",
        "図題",
        "層",
        "国",
        "方式",
    ):
        assert f"{part}{text}" in printed, part
    html = "".join(Skeleton(html_of(paper)).texts)
    for part in ("題", "会社", "公開", "注意", "発行", "節", "見出し", "図題", "層", "代替", "国", "方式"):
        assert "".join(f"{part}{text}".split()) in "".join(html.split()), part


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_body_prints_its_text(text):
    (block,) = compose(make_paper(prose("A", text))).printed.sections[0].blocks
    shown = "".join(inline.text for inline in block.children)
    assert shown == text.replace("\\\\", "\\")


@pytest.mark.parametrize("text", [*HOSTILE, TEMPLATE], ids=ascii)
def test_what_goes_in_comes_out_of_the_export(text):
    parts = everywhere("", "" if text == TEMPLATE else text, extra=text)
    data = export_paper(imported(parts))
    assert json.loads(json.dumps(data)) == data
    assert data["whitepaper"]["title"] == f"題{text}"
    assert data["facts"]["backup_method"] == f"方式{text}"
    assert data["figures"][0]["layers"][0]["name"] == f"層{text}"
    assert data["sections"][0]["title"] == f"節{text}"


def test_no_stylesheet_and_no_script_is_fetched_and_none_runs(harmless):
    tags = [element[0] for element in Skeleton(harmless).elements]
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(tags)

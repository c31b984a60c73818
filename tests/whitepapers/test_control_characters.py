"""A text with control characters is refused beside the field it was typed in, on every page where texts are written."""

import re

import pytest

from tests.factories import answer, make_member, make_paper, make_service, prose
from whitepapers.models import Section, StandardAnswer, Whitepaper

pytestmark = pytest.mark.django_db

CONTENT = {
    "body": "本文です。", "counter": "0", "progress": "writing", "included": "on", "numbering": "decimal", "controls": "12.3.1",
    "stances-TOTAL_FORMS": "1", "stances-INITIAL_FORMS": "0", "stances-0-stance": "provided",
}  # fmt: skip


@pytest.fixture
def paper() -> Whitepaper:
    return make_paper(answer("12.3.1", body="一。\n\n二。"), prose("章"))


def page_of(name: str, paper: Whitepaper) -> tuple[str, dict[str, object]]:
    """Its address and what its form sends."""
    section = f"/papers/{paper.pk}/sections/{paper.sections.order_by('pk')[0].pk}/"
    pages = {
        "section": (section, CONTENT),
        "answer": (f"/p/{paper.service.provider.slug}/answers/iso27017-2015/12.3.1/", CONTENT),
        "add": (f"/papers/{paper.pk}/outline/add/", {"kind": "prose", "where": "after", "section": ""}),
        "split": (f"{section}split/", {"line": "3", "counter": "0"}),
        "copy": (f"/papers/{paper.pk}/copy/", {"service": make_service(paper.service.provider).pk}),
    }
    return pages[name]


@pytest.mark.parametrize("character", ["\x07", "\u202e"], ids=ascii)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(("section", field) for field in ("title", "body", "internal_note", "stances-0-scope")),
        *(("answer", field) for field in ("part", "body", "stances-0-scope")),
        *((name, "title") for name in ("add", "split", "copy")),
    ],
)
def test_it_is_refused_beside_its_field(client, paper, name, field, character):
    client.force_login(make_member(paper.service.provider))
    address, content = page_of(name, paper)
    before = list(Section.objects.order_by("pk").values())
    html = client.post(address, {**content, field: f"前{character}後"}).content.decode()
    sentence = f"使用できない制御文字（U+{ord(character):04X}）"
    assert html.count(sentence) == 1
    beside = re.findall(r'id="div_id_([^"]+)"', html[: html.index(sentence)])
    assert beside[-1] == field
    assert list(Section.objects.order_by("pk").values()) == before
    assert not StandardAnswer.objects.exists()

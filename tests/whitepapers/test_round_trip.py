"""What goes in comes out: export → import → export gives the same JSON, whatever the paper."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.factories import import_data, make_paper, prose
from whitepapers.compose import compose
from whitepapers.document import Document
from whitepapers.exporting import export_paper
from whitepapers.importing.interchange import import_paper
from whitepapers.interchange import against_schema
from whitepapers.models import Location, Section, Whitepaper
from whitepapers.sampling import FOLDER

pytestmark = pytest.mark.django_db

FILES = sorted(FOLDER.glob("*.json")) + sorted(
    path for path in (Path(__file__).resolve().parent.parent / "golden").glob("*.json") if path.suffixes == [".json"]
)


OTHER = "（別）"


def with_numbering(section: dict) -> dict:
    """The section with what it means when it says nothing about its number."""
    children = [with_numbering(child) for child in section.get("children", ())]
    return {"numbering": "decimal", **section, **({"children": children} if children else {})}


def exported(paper: Whitepaper) -> dict:
    data = export_paper(Whitepaper.objects.get(pk=paper.pk))
    assert list(against_schema(data)) == []
    return json.loads(json.dumps(data))


def as_new(data: dict) -> tuple[dict, Document]:
    """What the export of ``data`` looks like after an import into another, empty provider; and its Document."""
    elsewhere = {**data, "provider": {**data["provider"], "name": data["provider"]["name"] + OTHER}}
    paper = import_data(elsewhere)
    again = exported(paper)
    again["provider"]["name"] = data["provider"]["name"]
    return again, compose(paper)


def without_anchors(document: Document) -> str:
    text = document.to_json()
    for place, section in enumerate(document.walk()):
        text = text.replace(f'"{section.anchor}"', f'"#{place}"')
    return text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_comes_out_as_it_went_in(path):
    """With what was left out filled in, the second time nothing changes; and what was given is what comes out."""
    given_data = json.loads(path.read_text(encoding="utf-8"))
    paper = import_paper(path.read_bytes(), by=None)
    first = exported(paper)
    second, document = as_new(first)
    assert second == first
    assert without_anchors(document).replace(OTHER, "") == without_anchors(compose(paper))
    assert first["sections"] == [with_numbering(section) for section in given_data["sections"]]
    assert (
        first["whitepaper"].items()
        >= {key: value for key, value in given_data["whitepaper"].items() if key != "history"}.items()
    )
    assert first.get("figures", []) == given_data.get("figures", [])


@pytest.mark.parametrize(("format_name", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_comes_out_as_it_went_in_the_second_time(format_name, media_type):
    content = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(content, format_name)
    picture = {
        "key": "a",
        "kind": "image",
        "media_type": media_type,
        "data": base64.b64encode(content.getvalue()).decode(),
    }
    first = exported(make_paper(prose("A", "{{ figure: a }}"), figures=[picture]))
    assert as_new(first)[0] == first


def test_what_an_author_changed_comes_out_too():
    paper = make_paper(prose("A", "本文", key="a"), prose("B"), prose("C"))
    Section.objects.filter(title="B").update(included=False)
    Section.objects.filter(title="C").update(position=0, title="先頭")
    Section.objects.filter(title="A").update(position=1, answered_points=["backup_retention"])
    data = exported(paper)
    assert [section["title"] for section in data["sections"]] == ["先頭", "A"]
    assert as_new(data)[0] == data


def test_facts_of_the_provider_are_exported_and_those_that_differ_by_location_stay():
    paper = make_paper(prose("A"), facts={"backup_generations": 3})
    provider = paper.service.provider
    provider.facts.create(name="backup_method", value="複製")
    for name in ("A棟", "B棟"):
        paper.service.locations.add(Location.objects.create(provider=provider, name=name))
    provider.facts.create(
        service=paper.service, location=paper.service.locations.first(), name="backup_generations", value=4
    )
    assert exported(paper)["facts"] == {"backup_method": "複製"}


# --- Any paper ----------------------------------------------------------------------------------------------------

LINE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=10).filter(
    str.strip
)
PLAIN = LINE.filter(lambda text: not set("{}[]") & set(text))
BODY = st.lists(st.sampled_from(["本文です。", "・項目", "　・下の項目", "", "{{ backup_generations }}", "※注", "**太字**", "1. 手順"]), max_size=5).map("\n".join)  # fmt: skip
CONTROLS = st.lists(st.sampled_from(["5.1.1", "12.3.1", "CLD.6.3.1", "9.2.1"]), min_size=1, max_size=2, unique=True)
PROSE = st.fixed_dictionaries(
    {"kind": st.just("prose"), "numbering": st.sampled_from(["decimal", "none"]), "title": LINE.map(str.strip)},
    optional={"body": BODY.filter(bool)},
)
ANSWER = st.fixed_dictionaries(
    {"kind": st.just("control"), "numbering": st.sampled_from(["decimal", "control", "none"]), "controls": CONTROLS},
    optional={
        "title": LINE.map(str.strip),
        "body": BODY.filter(bool),
        "stances": st.lists(st.fixed_dictionaries({"stance": st.just("partly"), "scope": st.just("基盤")}), min_size=1, max_size=1),
    },
)  # fmt: skip
NUMBERED = st.lists(st.integers(0, 99).map("1.{}".format), max_size=3, unique=True)
HISTORY_ROWS = NUMBERED.flatmap(
    lambda numbers: st.tuples(
        *(
            st.fixed_dictionaries(
                {"number": st.just(number)}, optional={"date": st.dates().map(str), "summary": LINE, "author": LINE}
            )
            for number in numbers
        )
    ).map(list)
)
PAPERS = st.fixed_dictionaries(
    {
        "whitepaper": st.fixed_dictionaries(
            {"title": LINE},
            optional={
                "subtitle": LINE,
                "toc_depth": st.integers(0, 4),
                "control_prefix": st.sampled_from(["", "A."]),
                "version_label": PLAIN.map("第{{number}}版{}".format),
                "reference_line": st.sampled_from(["", "{ids}", "[{mapped:A.}]"]),
                "second_edition": st.just("iso27002-2022"),
                "planned": st.fixed_dictionaries({"number": st.just("2.0")}, optional={"date": st.dates().map(str)}),
                "colophon": st.lists(st.tuples(LINE, LINE).map(list), max_size=2),
                "notices": st.lists(LINE, max_size=2),
            },
        ),
        "sections": st.lists(
            st.tuples(st.one_of(PROSE, ANSWER), st.lists(st.one_of(PROSE, ANSWER), max_size=2)).map(
                lambda pair: {**pair[0], **({"children": pair[1]} if pair[1] else {})}
            ),
            max_size=4,
        ),
        "history": HISTORY_ROWS,
        "facts": st.fixed_dictionaries({}, optional={"backup_generations": st.integers(1, 10**12)}),
    }
)


@given(PAPERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_paper_comes_out_as_it_went_in(parts):
    with transaction.atomic():
        sections = parts["sections"]
        others = {key: value for key, value in parts.items() if key != "sections"}
        paper = make_paper(*sections, provider={"name": "例示"}, **others)
        first = exported(paper)
        assert first["sections"] == sections
        assert as_new(first)[0] == first
        assert Document.from_json(compose(paper).to_json()) == compose(paper)
        transaction.set_rollback(True)

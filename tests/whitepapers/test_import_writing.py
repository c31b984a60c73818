"""What an import writes, into which provider and service, and that it is all or nothing (importing/writing.py)."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps

from accounts.models import Provider
from tests.factories import answer, import_data, make_fact, make_paper, make_provider, make_service, paper_data, prose
from whitepapers.importing import writing
from whitepapers.importing.reading import CannotImport
from whitepapers.models import Fact, Section, Service, Whitepaper

pytestmark = pytest.mark.django_db

ONE = {"provider": {"name": "例示"}, "service": {"name": "例示ストレージ"}}


def rows() -> dict[str, int]:
    models = [model for app in ("accounts", "whitepapers") for model in apps.get_app_config(app).get_models()]
    return {model.__name__: model.objects.count() for model in models}


def refused(data, **options) -> str:
    before = rows()
    with pytest.raises(CannotImport) as caught:
        import_data(data, **options)
    assert rows() == before
    return str(caught.value)


# --- What is written ----------------------------------------------------------------------------------------------


def test_a_paper_without_its_own_fields_has_the_usual_ones():
    paper = make_paper(prose("A"))
    paper.refresh_from_db()
    assert (paper.language, paper.version_label, paper.date_label) == ("ja", "第{number}版", "{year}年{month}月{day}日")
    assert (paper.toc_depth, paper.history_place, paper.history_style) == (2, "front", "table")
    assert (paper.planned_number, paper.planned_date, paper.header, paper.notices) == ("", None, "", [])


def test_the_outline_is_written_with_its_order_and_controls():
    paper = make_paper(
        prose("A", children=[answer("9.2.2", "9.2.1"), prose("B", children=[prose("C")])]),
        prose("D", numbering="none"),
        whitepaper={"planned": {"number": "1.3", "date": "2024-05-07"}},
    )
    a, d = paper.sections.filter(parent=None).order_by("position")
    first, b = a.children.order_by("position")
    assert [a.title, d.title, first.title, b.title, b.children.get().title] == ["A", "D", "", "B", "C"]
    assert [link.control.number for link in first.section_controls.all()] == ["9.2.2", "9.2.1"]
    assert (a.numbering, d.numbering) == ("decimal", "none")
    assert (paper.planned_number, paper.planned_date) == ("1.3", date(2024, 5, 7))


def test_sections_with_text_are_being_written_and_others_open():
    paper = make_paper(prose("A", "本文"), prose("B"), prose("C", " \n"))
    progress = dict(paper.sections.values_list("title", "progress"))
    assert progress == {"A": Section.Progress.WRITING, "B": Section.Progress.OPEN, "C": Section.Progress.OPEN}


def test_facts_are_values_of_the_service_in_their_canonical_form():
    paper = make_paper(
        prose("A"), facts={"backup_retention_days": "11日", "restore_service": "お客様の操作で実施できます"}
    )
    facts = {fact.name: fact for fact in Fact.objects.filter(service=paper.service)}
    assert facts["backup_retention_days"].value == {"value": 11, "unit": "day"}
    assert facts["restore_service"].value == "customer"
    assert {fact.location for fact in facts.values()} == {None}


def test_spaces_around_names_and_headings_are_not_kept():
    paper = make_paper(prose("　A "), provider={"name": " 例示 "}, service={"name": "例示　ストレージ "})
    assert paper.service.provider.name == "例示"
    assert paper.service.name == "例示　ストレージ"
    assert paper.sections.get().title == "A"


# --- Provider -----------------------------------------------------------------------------------------------------


def test_a_provider_is_made_with_its_style():
    style = {"self_reference": "弊社", "customer_term": "お客さま", "conjunction": "および", "address": "〒100"}
    provider = make_paper(prose("A"), provider={"name": "例示", **style}).service.provider
    assert {key: getattr(provider, key) for key in style} == style
    assert provider.slug


def test_a_provider_of_that_name_is_used_as_it_is():
    existing = make_provider("reiji", name="例示", customer_term="お客さま")
    paper = make_paper(prose("A"), provider={"name": "例示", "customer_term": "ご利用者"})
    assert paper.service.provider == existing
    existing.refresh_from_db()
    assert existing.customer_term == "お客さま"


def test_a_provider_named_by_slug_is_used_whatever_its_name():
    existing = make_provider("reiji", name="別の名前")
    assert import_data(paper_data(prose("A"), **ONE), provider_slug="reiji").service.provider == existing
    assert not Provider.objects.filter(name="例示").exists()


def test_an_unknown_slug_is_refused():
    assert (
        refused(paper_data(prose("A")), provider_slug="nobody")
        == "--provider：「nobody」という提供者は登録されていません。"
    )


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Example Cloud, Inc.", "example-cloud-inc"), ("例示", "p-158488e6"), ("!", None), ("x" * 200, "x" * 40)],
)
def test_a_new_provider_gets_a_slug_of_its_own(name, slug):
    found = make_paper(prose("A"), provider={"name": name}).service.provider.slug
    assert found == slug or (slug is None and found.startswith("p-"))


def test_a_slug_that_is_taken_is_counted_on():
    make_provider("example", name="先客")
    make_provider("example-2", name="先客2")
    assert make_paper(prose("A"), provider={"name": "Example"}).service.provider.slug == "example-3"


# --- Service and second import ------------------------------------------------------------------------------------


def test_a_service_of_that_name_is_used_within_the_provider_only():
    provider = make_provider("reiji", name="例示")
    existing = make_service(provider, "例示ストレージ", alias="当ストレージ")
    make_service(make_provider("other"), "例示ストレージ")
    assert make_paper(prose("A"), **ONE).service == existing
    existing.refresh_from_db()
    assert existing.alias == "当ストレージ"


def test_the_same_paper_twice_is_refused():
    make_paper(prose("A"), **ONE)
    said = refused(paper_data(prose("B"), **ONE))
    assert said.startswith("service.name：サービス「例示ストレージ」には、この版のペーパーが既にあります。")
    assert "--new-service" in said


def test_another_edition_of_the_same_service_is_taken():
    first = make_paper(prose("A"), **ONE)
    second = make_paper(prose("A"), whitepaper={"edition": "iso27002-2022"}, **ONE)
    assert first.service == second.service


def test_with_a_new_service_it_is_taken_again():
    first = make_paper(prose("A"), **ONE)
    second = import_data(paper_data(prose("A"), **ONE), new_service=" 例示　ストレージ2 ")
    assert (second.service.name, second.service.provider) == ("例示　ストレージ2", first.service.provider)
    assert Whitepaper.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("例示ストレージ", "サービス「例示ストレージ」は既に登録されています。"),
        ("", "1文字から200文字まで"),
        (" ", "1文字から200文字まで"),
        ("x" * 201, "1文字から200文字まで"),
        ("a\nb", "使用できない制御文字（U+000A）"),
        ("a\x1bb", "使用できない制御文字（U+001B）"),
    ],
)
def test_a_new_service_needs_a_name_of_its_own(name, sentence):
    make_paper(prose("A"), **ONE)
    said = refused(paper_data(prose("A"), **ONE), new_service=name)
    assert said.startswith("--new-service：")
    assert sentence in said


# --- Facts that are there already ---------------------------------------------------------------------------------


def test_a_fact_that_has_another_value_is_never_overwritten():
    service = make_service(make_provider("reiji", name="例示"), "例示ストレージ")
    make_fact(service.provider, "backup_generations", 3, service=service)
    said = refused(paper_data(prose("A"), facts={"backup_generations": 4}, **ONE))
    assert said == "facts.backup_generations：サービス「例示ストレージ」には、既に別の値があります。"
    assert Fact.objects.get().value == 3


def test_a_fact_that_has_the_same_value_stays():
    service = make_service(make_provider("reiji", name="例示"), "例示ストレージ")
    existing = make_fact(service.provider, "backup_generations", 3, service=service, source_note="台帳")
    make_paper(prose("A"), facts={"backup_generations": 3}, **ONE)
    assert Fact.objects.get().pk == existing.pk
    assert Fact.objects.get().source_note == "台帳"


def test_the_providers_own_value_is_left_alone():
    provider = make_provider("reiji", name="例示")
    make_fact(provider, "backup_generations", 3)
    make_paper(prose("A"), facts={"backup_generations": 4}, **ONE)
    assert sorted(Fact.objects.values_list("value", flat=True)) == [3, 4]


# --- All or nothing -----------------------------------------------------------------------------------------------


def test_when_writing_fails_nothing_is_left(monkeypatch):
    def fail(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(writing, "_write_history", fail)
    before = rows()
    with pytest.raises(RuntimeError):
        make_paper(prose("A", "本文"), facts={"backup_generations": 3}, **ONE)
    assert rows() == before
    assert not Service.objects.filter(name="例示ストレージ").exists()

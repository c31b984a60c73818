"""The pages of a paper: what they show, what they save, and how little they ask of the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from whitepapers.drafting import draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Section, Service, Whitepaper

from ..factories import make_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(provider) -> Service:
    return Service.objects.create(provider=provider, name="あおぞらストレージ")


@pytest.fixture
def paper(service, author) -> Whitepaper:
    return draft_paper(service, make_edition(), layouts()["own-two-levels"], title="あおぞらペーパー", by=author)


@pytest.fixture
def as_author(author) -> Client:
    client = Client()
    client.force_login(author)
    return client


def page(name: str, paper: Whitepaper) -> str:
    return reverse(f"whitepapers:{name}", args=[paper.pk])


def section_page(paper: Whitepaper, number: str = "12.3.1") -> tuple[Section, str]:
    section = paper.sections.get(controls__number=number)
    return section, reverse("whitepapers:section", args=[paper.pk, section.pk])


def posted(section: Section, **changes) -> dict[str, object]:
    return {
        "title": section.title,
        "body": section.body,
        "controls": "、".join(link.control.number for link in section.section_controls.all()),
        "progress": section.progress,
        "included": "on",
        "key": section.key,
        "numbering": section.numbering,
        "internal_note": "",
        "counter": section.counter,
        "stances-TOTAL_FORMS": 1,
        "stances-INITIAL_FORMS": 0,
        "stances-0-stance": "",
        "stances-0-scope": "",
        **changes,
    }


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_new_paper_is_made_from_the_form_and_its_outline_shown(as_author, service):
    make_edition()
    url = reverse("whitepapers:new_paper", args=[service.pk])
    form = as_author.get(url).context["form"]
    edition = form.editions.get(slug="iso27017-2015")
    response = as_author.post(
        url, {"title": "新しいペーパー", "edition": edition.pk, "layout": "control-id-prefixed"}, follow=True
    )
    assert response.redirect_chain
    assert "A.12.3.1" in response.content.decode()


def test_a_layout_that_does_not_fit_the_edition_is_told_at_its_field(as_author, service):
    edition = make_edition("iso27002-2005")
    url = reverse("whitepapers:new_paper", args=[service.pk])
    response = as_author.post(url, {"title": "新しいペーパー", "edition": edition.pk, "layout": "flat-topics"})
    assert "この体裁は、選んだ版では使えません" in response.content.decode()
    assert not Whitepaper.objects.exists()


def test_a_saved_section_leads_to_the_next_one(as_author, paper):
    section, url = section_page(paper)
    response = as_author.post(url, posted(section, body="日次で取得しています。", next="1"))
    section.refresh_from_db()
    assert section.body == "日次で取得しています。"
    following = paper.sections.get(controls__number="12.4.1")
    assert response["Location"] == reverse("whitepapers:section", args=[paper.pk, following.pk])


def test_what_cannot_be_saved_stays_in_the_form(as_author, paper):
    section, url = section_page(paper)
    html = as_author.post(url, posted(section, body="大事な文章です。{{ unknown_fact }}")).content.decode()
    assert "大事な文章です。{{ unknown_fact }}" in html
    assert "この名前の事実は定義されていません" in html
    section.refresh_from_db()
    assert section.body == ""


def test_the_second_editor_sees_both_texts(as_author, paper, admin):
    section, url = section_page(paper)
    opened = posted(section, body="私の文章です。")
    other = Client()
    other.force_login(admin)
    other.post(url, posted(section, body="先に保存した文章です。"))
    html = as_author.post(url, opened).content.decode()
    assert "先に保存した文章です。" in html
    assert "私の文章です。" in html
    section.refresh_from_db()
    assert section.body == "先に保存した文章です。"


def test_a_phrase_is_put_into_the_text_and_nothing_is_saved_yet(as_author, paper):
    section, url = section_page(paper)
    phrase = section.controls.get().phrases.filter(stance="provided").first()
    html = as_author.post(url, posted(section, body="前の文章。", insert=phrase.pk)).content.decode()
    assert "前の文章。" in html
    assert "{{ backup_targets }}" in html or "{{ backup_performed }}" in html
    section.refresh_from_db()
    assert section.body == ""


def test_control_numbers_are_understood_as_people_write_them(as_author, paper):
    section, url = section_page(paper)
    as_author.post(url, posted(section, controls="A.12.3.1, CLD8.1.5"))
    assert list(section.section_controls.values_list("control__number", flat=True)) == ["12.3.1", "CLD.8.1.5"]


def test_what_an_author_types_is_inert_on_every_page(as_author, paper):
    section, url = section_page(paper)
    attack = '<script>alert(1)</script> "><img src=x onerror=alert(1)> [x](javascript:alert(1))'
    as_author.post(url, posted(section, body=attack, title="<b>題名</b>", internal_note=attack))
    for name in ("outline", "preview", "checks"):
        html = as_author.get(page(name, paper)).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>題名" not in html
    html = as_author.get(url).content.decode()
    assert "<script>alert" not in html
    assert 'href="javascript:' not in html


def test_the_preview_shows_the_whole_paper_with_at_most_20_queries(as_author, paper):
    assert queries(as_author, page("preview", paper)) <= 20


@pytest.mark.parametrize("name", ["outline", "preview", "checks"])
def test_the_number_of_queries_does_not_grow_with_sections(as_author, paper, name):
    before = queries(as_author, page(name, paper))
    group = paper.sections.filter(parent=None).last()
    Section.objects.bulk_create(
        Section(whitepaper=paper, parent=group, position=100 + n, kind="prose", title=f"追加{n}", body="本文")
        for n in range(60)
    )
    assert queries(as_author, page(name, paper)) == before


def test_the_pdf_is_a_download_named_after_the_service(as_author, paper):
    response = as_author.get(page("pdf", paper))
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"]


def test_the_settings_of_a_paper_are_saved_and_bad_labels_told(as_author, paper):
    url = reverse("whitepapers:paper_settings", args=[paper.pk])
    form = as_author.get(url).context["form"]
    values = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    values |= {f"history_columns_{n}": text for n, text in enumerate(values.pop("history_columns"))}
    html = as_author.post(url, values | {"version_label": "第{番号}版"}).content.decode()
    assert "使えるのは {number}" in html
    assert as_author.post(url, values | {"subtitle": "副題です"}).status_code == 302
    paper.refresh_from_db()
    assert (paper.subtitle, paper.version_label) == ("副題です", "第{number}版")


def test_the_merged_text_is_saved_on_top_of_the_other_persons(as_author, paper, admin):
    section, url = section_page(paper)
    other = Client()
    other.force_login(admin)
    other.post(url, posted(section, body="先の文章です。"))
    form = as_author.post(url, posted(section, body="後の文章です。")).context["form"]
    merged = posted(section, body="先の文章です。後の文章です。", counter=form["counter"].value())
    assert as_author.post(url, merged).status_code == 302
    section.refresh_from_db()
    assert section.body == "先の文章です。後の文章です。"


def test_a_viewer_reads_the_section_without_a_form_or_internal_notes(paper, viewer):
    section, url = section_page(paper)
    Section.objects.filter(pk=section.pk).update(internal_note="社内だけのメモ", body="公開する本文です。")
    client = Client()
    client.force_login(viewer)
    html = client.get(url).content.decode()
    assert "公開する本文です。" in html
    assert "社内だけのメモ" not in html
    assert "<textarea" not in html

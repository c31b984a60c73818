"""The history of a section: who changed what when, sentence by sentence, and the way back."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import answer, make_member, make_paper, prose
from whitepapers.editing import CannotEdit, ChangedMeanwhile, content_of, save_section
from whitepapers.histories import pieces_between, sentences
from whitepapers.models import Section, StandardAnswer, StandardAnswerRevision
from whitepapers.undoing import undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def section() -> Section:
    paper = make_paper(answer("12.3.1", body="はじめの文。\n\n次の文。"), prose("後"))
    return paper.sections.get(controls__number="12.3.1")


@pytest.fixture
def by(section):
    return make_member(section.whitepaper.service.provider, name="編集 太郎")


def save(section: Section, by, **changes) -> Section:
    section.refresh_from_db()
    return save_section(section, replace(content_of(section), **changes), counter=section.counter, by=by)


def url(section: Section) -> str:
    return reverse("whitepapers:section_history", args=[section.whitepaper_id, section.pk])


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- what changed ----------------------------------------------------------------------------------------------------


def test_the_page_shows_who_changed_what(section, by):
    save(
        section, by, body="はじめの文。\n\n新しい文。", progress="done", stances=[{"stance": "partly", "scope": "基盤"}]
    )
    html = client_of(by).get(url(section)).content.decode()
    assert "編集 太郎" in html
    assert "<del>次の文。</del><ins>新しい文。</ins>" in html
    assert "<ins>完了</ins>" in html
    assert "<ins>一部（基盤）</ins>" in html


def test_a_section_without_changes_says_so(section, by):
    assert "まだ変更されていません" in client_of(by).get(url(section)).content.decode()


def test_a_viewer_reads_the_history_without_notes_and_takes_nothing_back(section, by):
    save(section, by, internal_note="社内だけのメモ", progress="done")
    viewer = client_of(make_member(section.whitepaper.service.provider, "viewer"))
    html = viewer.get(url(section)).content.decode()
    assert "<ins>完了</ins>" in html
    assert "社内だけのメモ" not in html
    assert "元に戻す" not in html
    revision = section.revisions.get()
    assert viewer.get(f"{url(section)}?undo={revision.pk}").context.get("undone") is None
    assert viewer.post(url(section), {"revision": revision.pk, "counter": 1}).status_code == 403


def test_what_was_typed_is_inert(section, by):
    save(section, by, body="<script>alert(1)</script>", title="<b>題</b>")
    html = client_of(by).get(url(section)).content.decode()
    assert "<script>alert" not in html
    assert "<b>題" not in html


def test_long_runs_that_stayed_are_left_out():
    before = "".join(f"文{n}。" for n in range(20))
    pieces = pieces_between(before, before.replace("文10。", "変えた文。"))
    assert [(p.mark, p.text) for p in pieces] == [
        ("gap", ""), ("", "文9。"), ("del", "文10。"), ("ins", "変えた文。"), ("", "文11。"), ("gap", ""),
    ]  # fmt: skip


@given(st.text(alphabet="あ。！？」\n a"), st.text(alphabet="あ。！？」\n a"))
def test_no_character_is_lost_between_sentences(before, after):
    assert "".join(sentences(before)) == before
    pieces = pieces_between(before, after)
    if not any(piece.mark == "gap" for piece in pieces) and before != after:
        assert "".join(p.text for p in pieces if p.mark != "ins") == before
        assert "".join(p.text for p in pieces if p.mark != "del") == after


def test_the_number_of_queries_does_not_grow_with_changes(section, by):
    client = client_of(by)
    save(section, by, body="変更。")
    client.get(url(section))
    with CaptureQueriesContext(connection) as few:
        client.get(url(section))
    for n in range(30):
        save(section, by, body=f"変更{n}。")
    with CaptureQueriesContext(connection) as many:
        html = client.get(url(section)).content.decode()
    assert len(many) == len(few)
    assert "古い変更" in html
    assert client.get(url(section) + "?page=2").status_code == 200


# --- the way back ------------------------------------------------------------------------------------------------------


def test_undoing_is_a_new_revision_with_the_old_content(section, by):
    controls = [section.whitepaper.edition.controls.get(number="12.4.1").pk]
    save(section, by, body="変えた文。", controls=controls, key="new")
    client = client_of(by)
    revision = section.revisions.first()
    html = client.get(f"{url(section)}?undo={revision.pk}").content.decode()
    assert "変更の前に戻しますか" in html
    assert "<del>変えた文。</del>" in html
    response = client.post(url(section), {"revision": revision.pk, "counter": 1}, follow=True)
    assert "変更の前の内容に戻しました" in response.content.decode()
    section.refresh_from_db()
    assert (section.body, section.key, section.counter) == ("はじめの文。\n\n次の文。", "", 2)
    assert [c.number for c in section.controls.all()] == ["12.3.1"]
    assert section.revisions.count() == 2
    undo(section, section.revisions.first().pk, counter=2, by=by)
    section.refresh_from_db()
    assert section.body == "変えた文。"


def test_nobody_is_overwritten_by_an_undo(section, by):
    save(section, by, body="一。")
    revision = section.revisions.first()
    save(section, by, body="二。")
    with pytest.raises(ChangedMeanwhile):
        undo(section, revision.pk, counter=1, by=by)
    response = client_of(by).post(url(section), {"revision": revision.pk, "counter": 1}, follow=True)
    assert "先に保存しました" in response.content.decode()
    section.refresh_from_db()
    assert section.body == "二。"


def test_a_revision_of_another_section_is_refused(section, by):
    other = section.whitepaper.sections.get(title="後")
    save(other, by, body="ほか。")
    for forged in (other.revisions.get().pk, 0, 2**62):
        with pytest.raises(CannotEdit, match="その変更はありません"):
            undo(section, forged, counter=0, by=by)
    for forged in ("", "x", str(2**62), "9" * 30):
        response = client_of(by).post(url(section), {"revision": forged, "counter": forged}, follow=True)
        assert response.status_code == 200
        assert client_of(by).get(url(section), {"undo": forged, "page": forged}).status_code == 200


def test_what_cannot_be_kept_any_more_is_told(section, by):
    save(section, by, body="変えた文。")
    revision = section.revisions.get()
    revision.before = {**revision.before, "controls": ["99.9.9"]}
    revision.save()
    response = client_of(by).post(url(section), {"revision": revision.pk, "counter": 1}, follow=True)
    assert "管理策 99.9.9 は、この版にありません" in response.content.decode()


def test_undoing_the_departure_from_a_standard_answer_inherits_it_again(section, by):
    shared = StandardAnswer.objects.create(
        provider=section.whitepaper.service.provider, control=section.controls.get(), body="共通の文。"
    )
    StandardAnswerRevision.objects.create(answer=shared, body=shared.body)
    Section.objects.filter(pk=section.pk).update(standard_answer=shared, body="", stances=[])
    save(section, by, body="このサービスの文。")
    section.refresh_from_db()
    assert section.departed_from is not None
    undo(section, section.revisions.first().pk, counter=section.counter, by=by)
    section.refresh_from_db()
    assert section.departed_from is None

"""The page of one section: what it saves, what it only shows, and two people at once; all by plain requests."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from whitepapers.drafting import draft_paper
from whitepapers.layouts import layouts
from whitepapers.models import Section, SectionPresence, SectionRevision, StandardAnswer, StandardAnswerRevision

from ..factories import make_edition, make_fact, make_service
from .browser_form import controls

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider, author):
    service = make_service(provider, "あおぞらストレージ")
    return draft_paper(service, make_edition(), layouts()["own-two-levels"], title="ペーパー", by=author)


@pytest.fixture
def backup(paper) -> Section:
    section = paper.sections.get(controls__number="12.3.1")
    Section.objects.filter(pk=section.pk).update(body="一つ目の文です。", stances=[])
    section.refresh_from_db()
    return section


@pytest.fixture
def page(client, author, backup):
    client.force_login(author)
    return client


def address(section: Section, name: str = "section") -> str:
    return reverse(f"whitepapers:{name}", args=[section.whitepaper_id, section.pk])


def opened(client, section: Section):
    """What a browser would post from the section's form."""
    html = client.get(address(section)).content.decode()
    start = html.index('<form method="post" novalidate id="section-form"')
    return controls(html[start : html.index("</form>", start)])


def test_the_form_saves_as_it_stands_without_a_change(page, backup):
    response = page.post(address(backup), opened(page, backup))
    assert response.status_code == 302
    assert not backup.revisions.exists()


def test_what_the_rich_editor_sends_is_kept_as_markdown(page, backup):
    data = opened(page, backup)
    data["body_html"] = (
        '<p>保持は<span data-placeholder="{{ backup_retention_days }}">x</span>。</p><ul><li><p>a</p></li></ul>'
    )
    page.post(address(backup), data)
    backup.refresh_from_db()
    assert backup.body == "保持は{{ backup_retention_days }}。\n\n・a"


def test_a_draft_is_rendered_with_its_points_and_never_saved(page, backup, provider):
    make_fact(provider, "backup_retention_days", {"value": 14, "unit": "day"})
    data = opened(page, backup)
    data["body_html"] = '<p>保持は<span data-placeholder="{{ backup_retention_days }}">x</span>です。</p>'
    shown = page.post(address(backup, "section_draft"), data).json()
    assert "14日" in shown["html"]
    assert "（回答済み）" in shown["points"]
    assert shown["problems"] == {}
    data["body_html"] = "<p>{{ ref: nowhere }}</p><script>x</script>"
    data["title"] = "見" * 400
    shown = page.post(address(backup, "section_draft"), data).json()
    assert "script" not in shown["html"]
    assert "title" in shown["problems"]
    backup.refresh_from_db()
    assert (backup.body, backup.counter) == ("一つ目の文です。", 0)


def test_a_broken_reference_is_told_while_typing(page, backup):
    data = opened(page, backup) | {"body": "{{ ref: nowhere }}"}
    data["body"] = "{{ ref: nowhere }}"
    assert "参照先の節がありません" in page.post(address(backup, "section_draft"), data).json()["problems"]["body"]


@pytest.mark.parametrize("name", ["section_draft", "section_autosave", "section"])
def test_queries_do_not_grow_with_the_paper(page, backup, author, name, django_assert_max_num_queries):
    data = opened(page, backup)
    with django_assert_max_num_queries(50) as few:
        page.post(address(backup, name), data)
    for number in range(30):
        Section.objects.create(
            whitepaper=backup.whitepaper, position=200 + number, kind="prose", title="x", body="{{ ref: 12.3.1 }}"
        )
    with django_assert_max_num_queries(len(few)):
        page.post(address(backup, name), data)


# --- Autosaving -----------------------------------------------------------------------------------------------------


def autosave(client, section: Section, body: str):
    data = opened(client, section)
    data["body"] = body
    return client.post(address(section, "section_autosave"), data).json()


def test_the_autosaves_of_a_sitting_are_one_revision(page, backup):
    for body in ("一", "一二", "一二三"):
        assert autosave(page, backup, body)["state"] == "saved"
    revision = backup.revisions.get()
    assert (revision.before["body"], revision.after["body"], revision.autosaved) == ("一つ目の文です。", "一二三", True)
    page.post(address(backup), opened(page, backup))
    revision.refresh_from_db()
    assert not revision.autosaved
    autosave(page, backup, "四")
    assert backup.revisions.count() == 2


def test_a_sitting_ends_after_a_rest_and_when_somebody_else_saves(page, client, backup, admin):
    autosave(page, backup, "一")
    SectionRevision.objects.update(until=timezone.now() - datetime.timedelta(hours=1))
    autosave(page, backup, "二")
    assert backup.revisions.count() == 2
    client.force_login(admin)
    autosave(client, backup, "三")
    assert [revision.by.name for revision in backup.revisions.all()] == ["佐藤 管理", "山田 花子", "山田 花子"]


def test_an_autosave_that_cannot_be_kept_says_why(page, backup):
    answer = autosave(page, backup, "{{ broken")
    assert answer["state"] == "problem"
    assert "書き方が正しくありません" in answer["problems"]["body"]


def test_saving_only_the_progress_keeps_the_inherited_answer(page, backup, provider):
    control = backup.section_controls.get().control
    answer = StandardAnswer.objects.create(provider=provider, control=control, body="共通の文章です。")
    StandardAnswerRevision.objects.create(answer=answer, body=answer.body)
    Section.objects.filter(pk=backup.pk).update(standard_answer=answer, body="")
    data = opened(page, backup)
    assert data["body"] == "共通の文章です。"
    data["progress"] = "done"
    page.post(address(backup), data)
    backup.refresh_from_db()
    assert (backup.departed_from, backup.body, backup.progress) == (None, "", "done")


# --- Two at once ----------------------------------------------------------------------------------------------------


def test_the_second_of_two_gets_both_texts_and_a_proposal(page, backup, admin, client):
    mine = opened(page, backup)
    mine["body"] = "山田の文です。一つ目の文です。"
    mine["progress"] = "writing"
    theirs = opened(page, backup)
    theirs["body"] = "一つ目の文です。佐藤の文です。"
    theirs["title"] = "佐藤の見出し"
    page.post(address(backup), theirs)
    response = page.post(address(backup), mine)
    html = response.content.decode()
    assert response.status_code == 200
    assert "先に保存された本文" in html
    start = html.index('id="section-form"')
    proposed = controls(html[html.rindex("<form", 0, start) : html.index("</form>", start)])
    assert proposed["body"] == "山田の文です。一つ目の文です。佐藤の文です。"
    assert (proposed["title"], proposed["progress"]) == ("佐藤の見出し", "writing")
    assert page.post(address(backup), proposed).status_code == 302
    backup.refresh_from_db()
    assert backup.body == "山田の文です。一つ目の文です。佐藤の文です。"
    assert backup.title == "佐藤の見出し"


@pytest.mark.parametrize("opened_with", ["", "not json", "[]", '{"body": 3}'])
def test_a_form_that_does_not_tell_what_it_began_with_loses_nothing_either(page, backup, opened_with):
    mine = opened(page, backup)
    mine["body"], mine["opened"] = "山田の文です。", opened_with
    theirs = opened(page, backup)
    theirs["body"] = "佐藤の文です。"
    page.post(address(backup), theirs)
    html = page.post(address(backup), mine).content.decode()
    assert "佐藤の文です。\n山田の文です。" in html.replace("\r\n", "\n")


def test_whoever_has_the_section_open_is_shown_to_the_others_for_a_minute(client, backup, author, admin):
    client.force_login(author)
    assert client.post(address(backup, "section_presence")).json() == {"others": ""}
    client.post(address(backup, "section_presence"))
    client.force_login(admin)
    assert client.post(address(backup, "section_presence")).json() == {"others": "山田 花子さんが編集中"}
    assert "山田 花子さんが編集中" in client.get(address(backup)).content.decode()
    SectionPresence.objects.filter(user=author).update(seen_at=timezone.now() - datetime.timedelta(seconds=61))
    assert client.post(address(backup, "section_presence")).json() == {"others": ""}
    client.post(address(backup, "section_presence"), {"leave": "1"})
    assert not SectionPresence.objects.filter(user=admin).exists()


def test_a_viewer_reads_and_has_no_form(client, viewer, backup):
    client.force_login(viewer)
    html = client.get(address(backup)).content.decode()
    assert "一つ目の文です。" in html
    assert 'id="section-form"' not in html

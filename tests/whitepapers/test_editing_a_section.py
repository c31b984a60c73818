"""Saving a section: what is kept, what is refused with a sentence, and that nobody overwrites anybody."""

from dataclasses import replace

import pytest

from whitepapers.drafting import draft_paper
from whitepapers.editing import CannotEdit, ChangedMeanwhile, content_of, save_section
from whitepapers.layouts import layouts
from whitepapers.models import Section, Service, StandardAnswer, StandardAnswerRevision

from ..factories import make_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider, author):
    service = Service.objects.create(provider=provider, name="あおぞらストレージ")
    return draft_paper(service, make_edition(), layouts()["own-two-levels"], title="ペーパー", by=author)


@pytest.fixture
def backup(paper) -> Section:
    return paper.sections.get(controls__number="12.3.1")


def save(section: Section, by, **changes) -> Section:
    return save_section(section, replace(content_of(section), **changes), counter=section.counter, by=by)


def test_a_saved_section_keeps_text_stances_and_progress(backup, author):
    save(
        backup, author, body="日次で取得しています。", stances=[{"stance": "partly", "scope": "基盤"}], progress="done"
    )
    backup.refresh_from_db()
    assert backup.body == "日次で取得しています。"
    assert backup.stances == [{"stance": "partly", "scope": "基盤"}]
    assert backup.progress == "done"


def test_every_save_leaves_a_revision_with_both_texts_and_the_editor(backup, author):
    save(backup, author, body="新しい文章です。")
    revision = backup.revisions.get()
    assert (revision.by, revision.before["body"], revision.after["body"]) == (author, "", "新しい文章です。")


def test_saving_without_a_change_writes_nothing(backup, author):
    save(backup, author)
    backup.refresh_from_db()
    assert backup.counter == 0
    assert not backup.revisions.exists()


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(backup, author, admin):
    opened = content_of(backup)
    save(backup, author, body="先に保存した文章です。")
    with pytest.raises(ChangedMeanwhile) as caught:
        save_section(backup, replace(opened, body="後から保存した文章です。"), counter=0, by=admin)
    assert caught.value.section.body == "先に保存した文章です。"
    backup.refresh_from_db()
    assert backup.body == "先に保存した文章です。"


def test_the_order_of_controls_is_the_authors(backup, author, paper):
    log = paper.edition.controls.get(number="12.4.1").pk
    own = paper.edition.controls.get(number="12.3.1").pk
    save(backup, author, controls=[log, own])
    assert list(backup.section_controls.values_list("control__number", flat=True)) == ["12.4.1", "12.3.1"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"body": "{{ backup_retention_day }}"},
            "body",
            "1行目の差し込み「{{ backup_retention_day }}」：この名前の事実は定義されていません。",
        ),
        ({"body": "一行目\n{{ broken"}, "body", "2行目"),
        ({"body": "{{ ref: nowhere }}"}, "body", "参照先の節がありません"),
        ({"body": "{{ figure: nothing }}"}, "body", "この名前の図はありません"),
        ({"body": "場所は{{ data_locations }}です。"}, "body", "ほかの文字のない"),
        ({"body": "a\x08b"}, "body", "U+0008"),
        ({"body": "あ" * 100_001}, "body", "100,000文字まで"),
        ({"title": "見" * 301}, "title", "300文字まで"),
        ({"key": "12-3-1"}, "key", "紛らわしい"),
        ({"key": "split"}, "key", "ほかの節で使われています"),
        ({"numbering": "control", "controls": []}, "numbering", "管理策を選んでください"),
        ({"stances": [{"stance": "perhaps", "scope": ""}]}, "stances", "選び直して"),
        ({"title": "", "controls": []}, "title", "見出しを入力"),
    ],
)
def test_what_cannot_be_printed_is_refused_with_a_sentence_at_its_field(backup, author, changes, field, sentence):
    with pytest.raises(CannotEdit) as caught:
        save(backup, author, **changes)
    assert sentence in caught.value.problems[field]
    backup.refresh_from_db()
    assert (backup.body, backup.title, backup.counter) == ("", "", 0)


def test_a_control_of_another_edition_is_refused(backup, author):
    foreign = make_edition("iso27002-2005").controls.first().pk
    with pytest.raises(CannotEdit, match="重複なく選んでください"):
        save(backup, author, controls=[foreign])


def test_writing_into_an_inherited_answer_departs_from_the_revision_it_showed(backup, author, provider):
    control = backup.section_controls.get().control
    answer = StandardAnswer.objects.create(provider=provider, control=control, body="共通の文章です。")
    first = StandardAnswerRevision.objects.create(answer=answer, body=answer.body)
    Section.objects.filter(pk=backup.pk).update(standard_answer=answer)
    backup.refresh_from_db()
    save(backup, author, body="このサービスだけの文章です。")
    backup.refresh_from_db()
    assert backup.departed_from == first


def test_marking_progress_alone_keeps_the_inherited_answer(backup, author, provider):
    control = backup.section_controls.get().control
    answer = StandardAnswer.objects.create(provider=provider, control=control, body="共通の文章です。")
    StandardAnswerRevision.objects.create(answer=answer, body=answer.body)
    Section.objects.filter(pk=backup.pk).update(standard_answer=answer)
    backup.refresh_from_db()
    save(backup, author, progress="done")
    backup.refresh_from_db()
    assert backup.departed_from is None


def test_a_section_that_is_gone_is_told_and_not_an_error_page(backup, author):
    Section.objects.filter(pk=backup.pk).delete()
    with pytest.raises(CannotEdit, match="外しました"):
        save(backup, author, body="文章")


def test_an_archived_paper_is_not_changed(backup, author, paper):
    paper.archived_at = paper.created_at
    paper.save()
    with pytest.raises(CannotEdit, match="保管した"):
        save(paper.sections.get(pk=backup.pk), author, body="文章")


def test_a_section_left_out_of_the_paper_is_no_target(backup, author, paper):
    paper.sections.filter(key="split").update(included=False)
    with pytest.raises(CannotEdit, match="参照先の節がありません"):
        save(backup, author, body="{{ ref: split }}")

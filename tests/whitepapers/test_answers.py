"""Standard answers: who writes them, what a section takes, keeps and shares, and that nobody overwrites anybody."""

from dataclasses import replace

import pytest

from controls.models import Control, Edition
from tests.factories import make_edition, make_provider, make_service
from whitepapers.answering import (
    AnswerChangedMeanwhile,
    AnswerContent,
    CannotAnswer,
    Seen,
    keep_own,
    return_to_shared,
    save_answer,
    share_text,
    take_newer,
)
from whitepapers.compose import answer_of
from whitepapers.drafting import draft_paper
from whitepapers.editing import content_of, save_section
from whitepapers.layouts import layouts
from whitepapers.matrix import State, answer_state
from whitepapers.models import Section, StandardAnswer, Whitepaper

pytestmark = pytest.mark.django_db

PROVIDED = [{"stance": "provided", "scope": ""}]


@pytest.fixture
def edition() -> Edition:
    return make_edition()


@pytest.fixture
def backup(edition) -> Control:
    return edition.controls.get(number="12.3.1")


def shared(provider, control, body="共通の回答です。", *, by, **fields) -> StandardAnswer:
    return save_answer(provider, control, AnswerContent(body, PROVIDED, **fields), counter=0, by=by)


def changed(answer: StandardAnswer, body: str, *, by) -> StandardAnswer:
    content = AnswerContent(body, answer.stances, answer.part)
    return save_answer(answer.provider, answer.control, content, counter=answer.counter, by=by, answer=answer)


def draft(provider, edition, by, name="") -> Whitepaper:
    service = make_service(provider, name)
    return draft_paper(service, edition, layouts()["own-two-levels"], title="ペーパー", by=by)


def section_of(paper: Whitepaper, number: str = "12.3.1") -> Section:
    return paper.sections.get(controls__number=number)


def write(section: Section, by, body: str, **changes) -> Section:
    section.refresh_from_db()
    content = replace(content_of(section), body=body, **changes)
    return save_section(section, content, counter=section.counter, by=by)


def seen(section: Section) -> Seen:
    """What somebody who opens the section now has before their eyes."""
    section = Section.objects.select_related("standard_answer").get(pk=section.pk)
    return Seen(section.counter, section.standard_answer.counter if section.standard_answer else 0)


def text_of(section: Section) -> str:
    return answer_of(Section.objects.select_related("standard_answer").get(pk=section.pk))[0]


def state_of(section: Section) -> State:
    return answer_state(
        Section.objects.select_related("standard_answer", "whitepaper__service__provider").get(pk=section.pk)
    ).state


# --- Saving ---------------------------------------------------------------------------------------------------------


def test_an_answer_keeps_text_stances_and_a_revision_with_its_writer(provider, author, backup):
    answer = shared(provider, backup, "日次です。\r\n", by=author)
    assert (answer.body, answer.stances, answer.counter) == ("日次です。", PROVIDED, 1)
    revision = answer.revisions.get()
    assert (revision.body, revision.stances, revision.by) == ("日次です。", PROVIDED, author)


def test_saving_the_same_again_writes_nothing(provider, author, backup):
    answer = shared(provider, backup, by=author)
    changed(answer, answer.body, by=author)
    assert answer.revisions.count() == 1
    answer.refresh_from_db()
    assert answer.counter == 1


def test_a_second_editor_is_told_and_gets_what_the_first_saved(provider, author, backup):
    opened = shared(provider, backup, by=author)
    changed(StandardAnswer.objects.get(pk=opened.pk), "先に保存した文章です。", by=author)
    with pytest.raises(AnswerChangedMeanwhile, match="先に保存") as told:
        changed(opened, "後から保存した文章です。", by=author)
    assert told.value.answer.body == "先に保存した文章です。"
    assert StandardAnswer.objects.get().body == "先に保存した文章です。"


def test_two_people_who_begin_the_same_answer_do_not_overwrite_each_other(provider, author, backup):
    shared(provider, backup, "先に書いた文章です。", by=author)
    with pytest.raises(AnswerChangedMeanwhile) as told:
        shared(provider, backup, "同時に書いた文章です。", by=author)
    assert told.value.answer.body == "先に書いた文章です。"


def test_a_control_has_several_parts_with_different_names(provider, author, backup):
    shared(provider, backup, by=author)
    part = shared(provider, backup, "お客様環境の回答です。", by=author, part="お客様環境")
    with pytest.raises(CannotAnswer, match="区分名を入力"):
        save_answer(provider, backup, AnswerContent("文", [], ""), counter=part.counter, by=author, answer=part)
    assert StandardAnswer.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "本文を入力するか、回答区分を"),
        ("{{ no_such_fact }}", "定義されていません"),
        ("{{ ref: overview }}", "管理策番号"),
        ("{{ ref: 99.9.9 }}", "管理策番号"),
        ("{{ figure: split }}", "図は置けません"),
        ("{{ broken", "書き方が正しくありません"),
        ("制御\x07文字", "制御文字"),
        ("あ" * 100_001, "100,000文字"),
    ],
)
def test_what_cannot_be_shared_is_refused_with_a_sentence(provider, author, backup, body, sentence):
    with pytest.raises(CannotAnswer) as told:
        save_answer(provider, backup, AnswerContent(body, []), counter=0, by=author)
    assert sentence in told.value.problems["body"]
    assert not StandardAnswer.objects.exists()


def test_facts_and_controls_may_stand_in_a_shared_text(provider, author, backup):
    shared(provider, backup, "{{ backup_retention_days }}保持します。{{ ref: 12.4.1 }}も参照してください。", by=author)
    assert StandardAnswer.objects.exists()


def test_an_unknown_stance_is_refused(provider, author, backup):
    with pytest.raises(CannotAnswer) as told:
        save_answer(provider, backup, AnswerContent("文", [{"stance": "x", "scope": ""}]), counter=0, by=author)
    assert "stances" in told.value.problems


def test_the_answer_of_another_provider_cannot_be_saved(provider, author, backup):
    theirs = shared(make_provider(), backup, by=author)
    with pytest.raises(CannotAnswer, match="もうありません"):
        save_answer(provider, backup, AnswerContent("奪う", []), counter=1, by=author, answer=theirs)
    theirs.refresh_from_db()
    assert theirs.body == "共通の回答です。"


# --- Taking, returning, keeping -------------------------------------------------------------------------------------------


@pytest.fixture
def answer(provider, author, backup) -> StandardAnswer:
    return shared(provider, backup, by=author)


@pytest.fixture
def override(provider, author, edition, answer) -> Section:
    """A section that says something else than the standard answer."""
    return write(section_of(draft(provider, edition, author)), author, "この節だけの回答です。", stances=PROVIDED)


def test_an_override_whose_shared_text_changed_waits_for_the_newer_one(override, answer, author):
    assert state_of(override) == State.OVERRIDDEN
    changed(answer, "新しい共通の回答です。", by=author)
    assert state_of(override) == State.NEWER
    assert text_of(override) == "この節だけの回答です。"


def test_taking_the_newer_text_prints_it_follows_it_and_keeps_the_old_one_in_the_history(override, answer, author):
    newer = changed(answer, "新しい共通の回答です。", by=author)
    take_newer(override, seen=seen(override), by=author)
    assert (text_of(override), state_of(override)) == ("新しい共通の回答です。", State.SHARED)
    revision = override.revisions.first()
    assert (revision.before["body"], revision.after["body"]) == ("この節だけの回答です。", "新しい共通の回答です。")
    assert revision.by == author
    changed(newer, "さらに新しい回答です。", by=author)
    assert text_of(override) == "さらに新しい回答です。"


def test_there_is_nothing_to_take_while_the_shared_text_is_the_one_departed_from(override, author):
    with pytest.raises(CannotAnswer, match="新しい共通回答はありません"):
        take_newer(override, seen=seen(override), by=author)
    assert text_of(override) == "この節だけの回答です。"


def test_returning_drops_the_override(override, author):
    return_to_shared(override, seen=seen(override), by=author)
    assert (text_of(override), state_of(override)) == ("共通の回答です。", State.SHARED)
    with pytest.raises(CannotAnswer, match="共通回答の文章を使っています"):
        return_to_shared(override, seen=seen(override), by=author)


def test_keeping_the_own_text_lets_the_newer_one_wait_no_longer(override, answer, author):
    changed(answer, "新しい共通の回答です。", by=author)
    keep_own(override, seen=seen(override), by=author)
    assert (text_of(override), state_of(override)) == ("この節だけの回答です。", State.OVERRIDDEN)


@pytest.mark.parametrize("verb", [take_newer, return_to_shared, share_text])
def test_a_button_pressed_on_an_old_page_changes_nothing(override, answer, author, verb):
    changed(answer, "新しい共通の回答です。", by=author)
    old = seen(override)
    write(override, author, "あとから書き足した回答です。")
    with pytest.raises(CannotAnswer, match="この節を先に保存"):
        verb(override, seen=old, by=author)
    assert text_of(override) == "あとから書き足した回答です。"


@pytest.mark.parametrize("verb", [take_newer, return_to_shared, share_text])
def test_nobody_takes_or_replaces_a_shared_text_they_have_not_seen(override, answer, author, verb):
    newer = changed(answer, "新しい共通の回答です。", by=author)
    old = seen(override)
    changed(newer, "見ていない回答です。", by=author)
    with pytest.raises(CannotAnswer, match="共通回答が変更されました"):
        verb(override, seen=old, by=author)
    assert text_of(override) == "この節だけの回答です。"
    assert StandardAnswer.objects.get().body == "見ていない回答です。"


def test_a_section_without_a_standard_answer_takes_one_of_its_control(provider, author, edition, backup):
    section = write(section_of(draft(provider, edition, author)), author, "個別の回答です。")
    answer = shared(provider, backup, by=author)
    assert state_of(section) == State.OWN
    return_to_shared(section, seen=Seen(section.counter, answer.counter), by=author, answer=answer)
    assert (text_of(section), state_of(section)) == ("共通の回答です。", State.SHARED)
    assert section.revisions.first().before["body"] == "個別の回答です。"


def test_a_section_takes_no_answer_of_another_control_or_provider(provider, author, edition, backup):
    section = section_of(draft(provider, edition, author))
    other_control = shared(provider, edition.controls.get(number="12.4.1"), by=author)
    other_provider = shared(make_provider(), backup, by=author)
    for answer in (other_control, other_provider):
        with pytest.raises(CannotAnswer, match="この節の管理策の共通回答ではありません"):
            return_to_shared(section, seen=Seen(section.counter, answer.counter), by=author, answer=answer)
    section.refresh_from_db()
    assert section.standard_answer is None


# --- Sharing ----------------------------------------------------------------------------------------------------------


def test_the_text_of_a_section_becomes_the_standard_answer_and_new_papers_inherit_it(provider, author, edition):
    section = write(section_of(draft(provider, edition, author)), author, "良い回答です。", stances=PROVIDED)
    answer = share_text(section, seen=Seen(section.counter, 0), by=author)
    assert (answer.body, answer.stances, answer.control.number) == ("良い回答です。", PROVIDED, "12.3.1")
    assert answer.revisions.get().by == author
    assert state_of(section) == State.SHARED
    assert text_of(section_of(draft(provider, edition, author))) == "良い回答です。"


def test_sharing_an_override_changes_the_sections_that_inherit(override, answer, provider, author, edition):
    other = section_of(draft(provider, edition, author))
    share_text(override, seen=seen(override), by=author)
    assert text_of(other) == "この節だけの回答です。"
    assert [revision.body for revision in answer.revisions.all()] == ["この節だけの回答です。", "共通の回答です。"]


def test_a_text_that_refers_to_a_section_of_its_paper_is_not_shared(provider, author, edition):
    paper = draft(provider, edition, author)
    first = paper.sections.filter(kind="prose").first()
    write(first, author, first.body, key="overview")
    section = write(section_of(paper), author, "{{ ref: overview }}を参照してください。")
    with pytest.raises(CannotAnswer) as told:
        share_text(section, seen=Seen(section.counter, 0), by=author)
    assert "管理策番号" in str(told.value)
    assert not StandardAnswer.objects.exists()


def test_nothing_is_shared_of_an_empty_section_or_one_of_several_controls(provider, author, edition):
    paper = draft(provider, edition, author)
    section = section_of(paper)
    with pytest.raises(CannotAnswer, match="まだ文章がありません"):
        share_text(section, seen=Seen(section.counter, 0), by=author)
    both = [edition.controls.get(number=number).pk for number in ("12.3.1", "12.4.1")]
    section = write(section, author, "2つに答えます。", controls=both)
    with pytest.raises(CannotAnswer, match="1つだけ"):
        share_text(section, seen=Seen(section.counter, 0), by=author)


# --- What the section's page shows -----------------------------------------------------------------------------------------


def test_the_state_of_a_section_shows_the_difference_sentence_by_sentence(provider, author, edition, backup):
    shared(provider, backup, "毎日取得します。{{ backup_retention_days }}保持します。", by=author)
    section = write(
        section_of(draft(provider, edition, author)), author, "毎日取得します。30日保持します。", stances=[]
    )
    found = answer_state(section)
    assert [(piece.kind, piece.text) for piece in found.pieces] == [
        ("same", "毎日取得します。"), ("removed", "〔backup_retention_days〕保持します。"), ("added", "30日保持します。"),
    ]  # fmt: skip
    assert found.stances == [("removed", "提供・実施している")]
    assert found.overrides
    assert found.differs


def test_a_prose_section_has_no_state(provider, author, edition):
    assert answer_state(draft(provider, edition, author).sections.filter(kind="prose").first()) is None

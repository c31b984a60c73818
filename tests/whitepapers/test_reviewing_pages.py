"""The pages of a round: what they propose, keep, show each person, and refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import (
    answer,
    decide,
    import_data,
    make_fact,
    make_member,
    make_provider,
    make_review,
    make_version,
    paper_data,
    prose,
)
from whitepapers.editing import content_of, save_section
from whitepapers.models import Review, Whitepaper
from whitepapers.reviewing import Place, Plan, recall, submit
from whitepapers.stating import state

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    paper = import_data(
        paper_data(prose("はじめに", "本文です。"), prose("体制", "体制です。")), provider_slug=provider.slug
    )
    return Whitepaper.objects.get(pk=paper.pk)


def page(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(name: str, *args: object) -> str:
    return reverse(f"whitepapers:{name}", args=args)


def write(paper: Whitepaper, title: str, body: str, by) -> None:
    row = paper.sections.get(title=title)
    save_section(row, replace(content_of(row), body=body), counter=row.counter, by=by)


def posted(client: Client, paper: Whitepaper, approver, **fields: object) -> dict[str, object]:
    """What a browser would send from the page of the submission, with ``fields`` filled in."""
    form = client.get(address("submit", paper.pk)).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"checks-TOTAL_FORMS": 1, "checks-INITIAL_FORMS": 0, "checks-0-user": "", "approver-user": approver.pk}
    return data | fields


# --- Submitting


def test_the_page_proposes_and_a_post_submits(paper, author, approver, reviewer):
    client = page(author)
    data = posted(client, paper, approver)
    assert (data["number"], data["summary"]) == ("1.0", "初版")
    data |= {"checks-0-user": reviewer.pk, "checks-0-due": (timezone.localdate() + timedelta(days=2)).isoformat()}
    response = client.post(address("submit", paper.pk), data)
    review = Review.objects.get(whitepaper=paper)
    assert response["Location"] == address("review", paper.pk, review.pk)
    assert set(review.seats.values_list("capacity", "user")) == {("check", reviewer.pk), ("approve", approver.pk)}


def test_full_width_digits_are_a_number_too(paper, author, approver):
    client = page(author)
    client.post(address("submit", paper.pk), posted(client, paper, approver, number="２．０"))
    assert Review.objects.get(whitepaper=paper).number == "2.0"


def test_a_form_opened_before_a_change_is_shown_again_with_what_was_typed(provider, paper, author, approver):
    client = page(author)
    data = posted(client, paper, approver, summary="自分で書いた行", message="連絡です。")
    write(paper, "はじめに", "後から変えた本文。", author)
    response = client.post(address("submit", paper.pk), data)
    assert not Review.objects.filter(whitepaper=paper).exists()
    assert "内容が変わりました" in response.content.decode()
    again = response.context["form"]
    assert (again["summary"].value(), again["message"].value()) == ("自分で書いた行", "連絡です。")
    data["seen"] = again["seen"].value()
    client.post(address("submit", paper.pk), data)
    assert "後から変えた本文。" in Review.objects.get(whitepaper=paper).document


def test_lines_that_nobody_edited_are_drafted_anew(paper, author, approver):
    make_version(paper, "1.0", by=make_member(paper.service.provider, Role.APPROVER))
    client = page(author)
    write(paper, "はじめに", "本文を変えました。", author)
    data = posted(client, paper, approver)
    write(paper, "体制", "体制も変えました。", author)
    response = client.post(address("submit", paper.pk), data)
    assert data["summary"] == "1 はじめにの記載を更新"
    assert response.context["form"]["summary"].value() == "1、2 の記載を更新"


def test_a_post_without_the_digest_that_was_seen_is_refused(paper, author, approver):
    client = page(author)
    client.post(address("submit", paper.pk), posted(client, paper, approver, seen=""))
    assert not Review.objects.filter(whitepaper=paper).exists()


def test_blocking_findings_are_shown_with_links_and_stop_it(provider, author, approver):
    paper = import_data(paper_data(answer("12.3.1")), provider_slug=provider.slug)
    client = page(author)
    html = client.get(address("submit", paper.pk)).content.decode()
    assert "まだ提出できません" in html
    assert f'href="{address("section", paper.pk, paper.sections.get().pk)}"' in html
    response = client.post(address("submit", paper.pk), posted(client, paper, approver))
    assert "要対応の指摘が残っています" in response.content.decode()
    assert not Review.objects.exists()


def test_a_writer_is_greyed_out_and_a_forged_choice_refused(paper, author, approver):
    write(paper, "はじめに", "承認者が書いた。", approver)
    client = page(author)
    html = client.get(address("submit", paper.pk)).content.decode()
    assert f'<option value="{approver.pk}" disabled>' in html
    response = client.post(address("submit", paper.pk), posted(client, paper, approver))
    assert "書いた人のため判定できません" in response.content.decode()


@pytest.mark.parametrize("forged", ["999999", "x", "-1"])
def test_forged_people_are_refused(paper, author, approver, stranger, forged):
    client = page(author)
    for value in (forged, stranger.pk):
        data = posted(client, paper, approver) | {"approver-user": value}
        assert client.post(address("submit", paper.pk), data).status_code == 200
    assert not Review.objects.exists()


def test_a_line_for_another_person_is_added_without_losing_what_was_typed(paper, author, approver):
    client = page(author)
    data = posted(client, paper, approver, summary="書きかけ", more="1")
    response = client.post(address("submit", paper.pk), data)
    assert response.context["form"]["summary"].value() == "書きかけ"
    assert len(response.context["checks"].forms) == 2
    assert not Review.objects.exists()


def test_while_it_is_reviewed_the_page_has_no_form(paper, author, approver):
    make_review(paper, by=author, approver=approver)
    html = page(author).get(address("submit", paper.pk)).content.decode()
    assert 'name="number"' not in html
    assert "レビュー中" in html


# --- The reviewer's page


def test_without_an_issue_the_whole_paper_is_shown(paper, author, approver):
    review = make_review(paper, by=author, approver=approver)
    response = page(approver).get(address("review", paper.pk, review.pk))
    assert response.context["shown"] == "whole"
    assert "体制です。" in response.content.decode()


def test_only_what_changed_since_the_last_issue_is_shown(paper, author, approver):
    make_version(paper, "1.0", by=make_member(paper.service.provider, Role.APPROVER))
    write(paper, "はじめに", "新しい本文です。", author)
    review = make_review(paper, by=author, approver=approver, number="1.1")
    response = page(approver).get(address("review", paper.pk, review.pk))
    html = response.content.decode()
    assert response.context["shown"] == "issued"
    assert "新しい" in html
    assert "体制です。" not in html
    assert "体制です。" in page(approver).get(address("review", paper.pk, review.pk) + "?show=whole").content.decode()


def test_only_what_changed_since_my_own_last_decision_is_shown(paper, author, approver, reviewer):
    make_version(paper, "1.0", by=make_member(paper.service.provider, Role.APPROVER))
    write(paper, "はじめに", "一度目の変更です。", author)
    first = submit(paper, Plan("1.1", "更新", [Place("check", reviewer.pk), Place("approve", approver.pk)]), by=author)
    decide(first, reviewer)
    recall(first, by=author)
    write(paper, "体制", "二度目の変更です。", author)
    second = make_review(paper, by=author, approver=approver, checks=(reviewer,), number="1.1")
    mine = page(reviewer).get(address("review", paper.pk, second.pk))
    assert mine.context["shown"] == "mine"
    assert "二度目" in mine.content.decode()
    assert "一度目" not in mine.content.decode()
    theirs = page(approver).get(address("review", paper.pk, second.pk)).content.decode()
    assert "一度目" in theirs
    assert "二度目" in theirs


def test_newer_shared_facts_are_announced_and_wait(provider, author, approver):
    sections = [answer("12.3.1", body="世代は{{ backup_generations }}です。", stances=[{"stance": "not_provided"}])]
    paper = import_data(paper_data(*sections), provider_slug=provider.slug)
    make_fact(provider, "backup_generations", 3)
    review = make_review(paper, by=author, approver=approver)
    url = address("review", paper.pk, review.pk)
    assert "提出後に共通の事実" not in page(approver).get(url).content.decode()
    state(provider, "backup_generations", 9, by=author)
    html = page(approver).get(url).content.decode()
    assert "提出後に共通の事実または共通回答が変わりました。次のレビューで反映されます。" in html
    review.refresh_from_db()
    assert review.frozen.digest == review.digest


def test_a_review_of_another_paper_is_not_found(provider, paper, author, approver):
    other = import_data(paper_data(prose("別", "文。")), provider_slug=provider.slug)
    review = make_review(other, by=author, approver=approver)
    client, seat = page(approver), review.seats.get()
    assert client.get(address("review", paper.pk, review.pk)).status_code == 404
    data = {"digest": review.digest, "verdict": "approve"}
    assert client.post(address("decide", paper.pk, review.pk), data).status_code == 404
    assert client.post(address("recall", paper.pk, review.pk)).status_code == 404
    assert client.get(address("seat", paper.pk, review.pk, seat.pk)).status_code == 404
    own = make_review(paper, by=author, approver=approver)
    assert client.get(address("seat", paper.pk, own.pk, seat.pk)).status_code == 404
    assert not review.decisions.exists()


def test_the_page_asks_as_much_however_much_there_is(paper, author, approver, reviewer):
    make_version(paper, "1.0", by=make_member(paper.service.provider, Role.APPROVER))
    write(paper, "はじめに", "変更。", author)
    review = make_review(paper, by=author, approver=approver, checks=(reviewer,), number="1.1")
    client, url = page(approver), address("review", paper.pk, review.pk)

    def count() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    before = count()
    for n in range(6):
        paper.comments.create(
            review=review, anchor=f"s{paper.sections.first().pk}", body=f"{n}", by=author, by_name="名"
        )
    assert count() == before


# --- Deciding


def test_a_check_and_an_approval_through_the_page(paper, author, approver, reviewer):
    review = make_review(paper, by=author, approver=approver, checks=(reviewer,))
    url = address("decide", paper.pk, review.pk)
    html = page(reviewer).get(address("review", paper.pk, review.pk)).content.decode()
    assert "この内容を確認済みにする" in html
    assert page(reviewer).post(url, {"digest": review.digest, "verdict": "approve"}).status_code == 302
    assert page(approver).post(url, {"digest": review.digest, "verdict": "approve"}).status_code == 302
    assert review.decisions.count() == 2
    assert "承認済" in page(author).get(address("outline", paper.pk)).content.decode()


def test_returning_without_a_reason_keeps_the_page_and_says_so(paper, author, approver):
    review = make_review(paper, by=author, approver=approver)
    url = address("decide", paper.pk, review.pk)
    response = page(approver).post(url, {"digest": review.digest, "verdict": "return", "comment": " "})
    assert "差し戻す理由を入力してください。" in response.content.decode()
    assert not review.decisions.exists()


def test_what_was_written_is_kept_when_the_decision_is_refused(paper, author, approver, reviewer):
    review = make_review(paper, by=author, approver=approver, checks=(reviewer,))
    data = {"digest": "0" * 64, "verdict": "approve", "comment": "長い所見です。"}
    html = page(reviewer).post(address("decide", paper.pk, review.pk), data).content.decode()
    assert "長い所見です。" in html
    assert "異なります" in html


def test_a_decision_after_the_recall_is_told_so(paper, author, approver):
    review = make_review(paper, by=author, approver=approver)
    assert page(author).post(address("recall", paper.pk, review.pk)).status_code == 302
    data = {"digest": review.digest, "verdict": "approve"}
    html = page(approver).post(address("decide", paper.pk, review.pk), data).content.decode()
    assert "取り下げられて終わりました" in html
    assert not review.decisions.exists()


def test_the_approver_reads_that_the_checks_come_first(paper, author, approver, reviewer):
    review = make_review(paper, by=author, approver=approver, checks=(reviewer,))
    html = page(approver).get(address("review", paper.pk, review.pk)).content.decode()
    assert "確認がすべて済むと、承認できます。" in html
    assert 'name="verdict"' not in html


def test_a_viewer_reads_and_changes_nothing(paper, viewer, author, approver):
    review = make_review(paper, by=author, approver=approver)
    client = page(viewer)
    html = client.get(address("review", paper.pk, review.pk)).content.decode()
    assert "<textarea" not in html
    for name in ("decide", "recall"):
        assert client.post(address(name, paper.pk, review.pk)).status_code == 403
    assert client.post(address("comments", paper.pk), {"body": "x"}).status_code == 403
    assert client.post(address("submit", paper.pk)).status_code == 403


def test_the_seat_is_given_to_somebody_else_through_the_page(provider, paper, author, approver):
    review = make_review(paper, by=author, approver=approver)
    other = make_member(provider, Role.APPROVER)
    url = address("seat", paper.pk, review.pk, review.seats.get().pk)
    assert page(author).get(url).status_code == 200
    assert page(author).post(url, {"user": other.pk, "deputy": "", "due": ""}).status_code == 302
    assert review.seats.get().user == other


def test_a_self_approval_is_shown_as_one_and_never_as_a_check():
    provider = make_provider("hitori", allow_self_approval=True)
    alone = make_member(provider, Role.ADMIN)
    paper = import_data(paper_data(prose("はじめに", "本文。")), provider_slug=provider.slug)
    client = page(alone)
    assert "本人による承認ができます" in client.get(address("submit", paper.pk)).content.decode()
    client.post(address("submit", paper.pk), posted(client, paper, alone))
    review = Review.objects.get(whitepaper=paper)
    client.post(address("decide", paper.pk, review.pk), {"digest": review.digest, "verdict": "approve"})
    html = client.get(address("review", paper.pk, review.pk)).content.decode()
    assert "本人による承認" in html
    assert "確認済" not in html


# --- The paper's own pages


@pytest.mark.parametrize("name", ["outline", "checks", "arrange", "paper_settings", "figure_list"])
def test_every_page_of_a_locked_paper_says_why(paper, author, approver, name):
    review = make_review(paper, by=author, approver=approver)
    html = page(author).get(address(name, paper.pk)).content.decode()
    assert "レビュー中のペーパーは変更できません" in html
    assert address("review", paper.pk, review.pk) in html


def test_a_returned_paper_says_so_until_it_is_submitted_again(paper, author, approver):
    review = make_review(paper, by=author, approver=approver)
    data = {"digest": review.digest, "verdict": "return", "comment": "直してください。"}
    page(approver).post(address("decide", paper.pk, review.pk), data)
    html = page(author).get(address("outline", paper.pk)).content.decode()
    assert "差し戻されました" in html
    assert address("review", paper.pk, review.pk) in html
    make_review(paper, by=author, approver=approver)
    assert "差し戻されました" not in page(author).get(address("outline", paper.pk)).content.decode()

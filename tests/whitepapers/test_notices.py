"""Mails and the home page tell who must act; nobody is told what they did themselves."""

import pytest
from django.db import transaction

from accounts.models import Membership
from tests.factories import answer, decide, make_member, make_paper, make_review
from whitepapers.models import Comment, Notice, Review
from whitepapers.notifying import ask_for_decisions, tell_of_comment, tell_of_decision, tell_of_recall


@pytest.fixture
def paper(provider):
    return make_paper(
        answer("12.3.1", body="毎日取得します。"),
        whitepaper={"planned": {"number": "1.0"}},
        provider={"name": provider.name},
        service={"name": "あおぞら会計"},
    )


@pytest.fixture
def review(paper, author, reviewer, approver):
    return make_review(paper, by=author, approver=approver, checks=(reviewer,))


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).values_list("text", flat=True))


def test_the_reviewers_are_asked_first_and_the_approver_when_all_have_approved(review, author, reviewer, approver):
    ask_for_decisions(review, by=author)
    assert told(reviewer) == ["「あおぞら会計 セキュリティホワイトペーパー 1.0」の確認をお願いします。"]
    assert told(approver) == []
    tell_of_decision(decide(review, reviewer))
    assert told(approver) == ["「あおぞら会計 セキュリティホワイトペーパー 1.0」の承認をお願いします。"]
    assert len(told(reviewer)) == 1


def test_the_due_date_is_in_the_request(paper, author, approver):
    import datetime

    ask_for_decisions(make_review(paper, by=author, approver=approver, due=datetime.date(2027, 4, 9)), by=author)
    assert told(approver)[0].endswith("期限は2027-04-09です。")


def test_the_submitter_is_told_of_a_return_and_of_the_approval(review, author, reviewer, approver):
    tell_of_decision(decide(review, reviewer))
    assert told(author) == []
    tell_of_decision(decide(review, approver))
    assert "承認しました" in told(author)[0]


def test_a_return_is_told_to_the_submitter_alone(review, author, reviewer, approver):
    tell_of_decision(decide(review, reviewer, "return", "保持期間を確かめてください。"))
    assert "差し戻しました" in told(author)[0]
    assert not told(approver)


def test_a_recall_is_told_to_those_who_were_asked(review, author, reviewer, approver):
    ask_for_decisions(review, by=author)
    tell_of_recall(review, by=author)
    assert "取り下げました" in told(reviewer)[-1]
    assert not told(approver)


def test_a_comment_is_told_to_the_submitter_and_to_the_thread_but_not_to_its_writer(review, author, reviewer, approver):
    def comment(by, parent=None):
        return Comment.objects.create(
            whitepaper=review.whitepaper, review=review, by=by, by_name=by.name, body="なぜですか。", parent=parent
        )

    first = comment(reviewer)
    tell_of_comment(first)
    assert "高橋 確認さんが" in told(author)[0]
    assert not told(reviewer)
    tell_of_comment(comment(author, first))
    assert "山田 花子さんが" in told(reviewer)[0]
    assert not told(approver)


def test_each_notice_is_mailed_at_once_with_the_page_where_to_act(
    review, author, reviewer, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_decisions(review, by=author)
    (mail,) = mailoutbox
    assert mail.to == [reviewer.email]
    assert mail.subject == "[白書] 判定の依頼"
    assert f"http://127.0.0.1:8000/papers/{review.whitepaper_id}/reviews/{review.pk}/" in mail.body
    assert "確認をお願いします。" in mail.body
    assert Notice.objects.get(user=reviewer).mailed_at


def test_who_wants_a_digest_is_not_mailed_at_once(
    review, author, reviewer, mailoutbox, django_capture_on_commit_callbacks
):
    reviewer.mail_digest = True
    reviewer.save()
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_decisions(review, by=author)
    assert not mailoutbox
    assert Notice.objects.get(user=reviewer).mailed_at is None


def test_nothing_is_told_when_the_verb_fails(review, author, mailoutbox, django_capture_on_commit_callbacks):
    @transaction.atomic
    def verb() -> None:
        ask_for_decisions(review, by=author)
        raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        verb()
    assert not mailoutbox
    assert not Notice.objects.exists()


def test_a_mail_server_that_is_away_stops_nobody(
    review, author, reviewer, settings, caplog, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_decisions(review, by=author)
    assert Notice.objects.get(user=reviewer).mailed_at is None
    assert "could not be mailed" in caplog.text


def test_who_has_left_the_provider_is_told_nothing(review, author, reviewer):
    Membership.objects.filter(user=reviewer).delete()
    ask_for_decisions(review, by=author)
    assert not told(reviewer)


def test_names_with_line_breaks_cannot_add_headers(review, author, mailoutbox, django_capture_on_commit_callbacks):
    Review.objects.filter(pk=review.pk)  # the paper's own title is in the body only
    review.whitepaper.title = "白書\nBcc: everybody@example.com"
    with django_capture_on_commit_callbacks(execute=True):
        ask_for_decisions(review, by=author)
    assert mailoutbox[0].recipients() == ["reviewer@aozora.example"]
    assert "\n" not in mailoutbox[0].subject


def test_somebody_who_was_asked_to_check_is_asked_again_when_they_come_to_approve(review, reviewer, approver, author):
    ask_for_decisions(review, by=author)
    other = make_member(review.whitepaper.service.provider, "reviewer")
    review.seats.filter(capacity="check").update(user=other)
    review.seats.filter(capacity="approve").update(user=reviewer)
    tell_of_decision(decide(review, other))
    assert told(reviewer)[-1].endswith("の承認をお願いします。")

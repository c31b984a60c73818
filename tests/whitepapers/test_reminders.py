"""Once a day: what is due tomorrow, overdue or unchecked for a year, digests, and what could not be mailed before."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import answer, make_paper, make_review
from whitepapers.models import Notice, Section
from whitepapers.notifying import ask_for_decisions
from whitepapers.reminding import mail_waiting, remind

TODAY = date(2027, 4, 8)


@pytest.fixture
def paper(provider):
    return make_paper(
        answer("12.3.1", body="毎日取得します。"),
        answer("12.4.1", body="記録します。"),
        provider={"name": provider.name},
        service={"name": "あおぞら会計"},
    )


def told(user) -> list[str]:
    return list(Notice.objects.filter(user=user).values_list("text", flat=True))


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (1, "「あおぞら会計 セキュリティホワイトペーパー 1.0」の承認の期限は2027-04-09です。"),
        (0, "「あおぞら会計 セキュリティホワイトペーパー 1.0」の承認の期限は2027-04-08です。"),
        (-1, "「あおぞら会計 セキュリティホワイトペーパー 1.0」の承認の期限（2027-04-07）を過ぎています。"),
    ],
)
def test_whoever_must_decide_is_reminded_of_the_due_date(paper, author, approver, days, sentence):
    make_review(paper, by=author, approver=approver, due=TODAY + timedelta(days))
    remind(TODAY)
    assert told(approver) == [sentence]


def test_nobody_is_reminded_before_the_last_day(paper, author, approver):
    make_review(paper, by=author, approver=approver, due=TODAY + timedelta(2))
    remind(TODAY)
    assert not Notice.objects.exists()


def test_the_approver_is_not_reminded_before_it_is_their_turn(paper, author, reviewer, approver):
    make_review(paper, by=author, approver=approver, checks=(reviewer,), due=TODAY)
    remind(TODAY)
    assert told(reviewer)
    assert not told(approver)


def test_a_second_run_tells_nothing_twice_and_who_is_late_hears_again_after_a_week(paper, author, approver):
    make_review(paper, by=author, approver=approver, due=TODAY - timedelta(1))
    remind(TODAY)
    remind(TODAY)
    assert len(told(approver)) == 1
    Notice.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    remind(TODAY)
    assert len(told(approver)) == 2


def test_sections_that_are_due_are_one_notice_per_paper(paper, author):
    paper.sections.update(assignee=author, due=TODAY + timedelta(1))
    remind(TODAY)
    assert told(author) == ["「あおぞら会計 セキュリティホワイトペーパー」の担当（2節）の期限は2027-04-09です。"]


def test_finished_sections_are_no_longer_asked_for(paper, author):
    paper.sections.update(assignee=author, due=TODAY, progress=Section.Progress.DONE)
    remind(TODAY)
    assert not told(author)


def test_the_command_mails_what_waits_as_one(paper, author, approver, mailoutbox):
    approver.mail_digest = True
    approver.save()
    review = make_review(paper, by=author, approver=approver, due=timezone.localdate() - timedelta(1))
    ask_for_decisions(review, by=author)
    call_command("send_reminders")
    (mail,) = mailoutbox
    assert mail.to == [approver.email]
    assert "承認をお願いします。" in mail.body
    assert "過ぎています。" in mail.body
    assert mail.subject == "[白書] お知らせ（2件）"
    assert mail_waiting() == 0


def test_the_number_of_queries_does_not_grow_with_the_sections(paper, author):
    def queries() -> int:
        Notice.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            remind(TODAY)
        return len(captured)

    paper.sections.filter(pk=paper.sections.first().pk).update(assignee=author, due=TODAY)
    one = queries()
    paper.sections.update(assignee=author, due=TODAY)
    assert queries() == one


def test_what_waits_for_a_mail_is_not_sent_to_somebody_who_has_left(paper, author, approver, mailoutbox):
    ask_for_decisions(make_review(paper, by=author, approver=approver), by=author)
    approver.memberships.all().delete()
    mail_waiting()
    assert not mailoutbox

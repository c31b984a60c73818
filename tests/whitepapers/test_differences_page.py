"""The page that shows what differs between two versions, or a version and the draft."""

import pytest
from django.urls import reverse

from tests.factories import answer, make_fact, make_member, make_paper, make_version, prose
from tests.whitepapers.pdf_reading import Pdf
from whitepapers.models import Section

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(
        prose("目的", "本書の目的を記載します。"),
        prose(
            "運用",
            children=[
                answer(
                    "12.3.1", body="保持期間は{{ backup_retention_days }}です。\n\n復元は、お客様の依頼により行います。"
                ),
                answer("12.4.1", body="ログを取得しています。"),
            ],
        ),
        facts={"backup_retention_days": {"value": 7, "unit": "day"}},
    )


@pytest.fixture
def approver(paper):
    return make_member(paper.service.provider, "approver", name="承認 次郎")


def page(client, paper, query=""):
    return client.get(reverse("whitepapers:differences", args=[paper.pk]) + query)


def edit(paper, heading, **fields):
    Section.objects.filter(whitepaper=paper, title=heading).update(**fields)


def state(paper, name, value):
    paper.service.facts.filter(name=name).delete()
    make_fact(paper.service.provider, name, value, service=paper.service)


def test_without_an_issue_the_page_says_what_is_missing(client, paper, approver):
    client.force_login(approver)
    response = page(client, paper)
    assert "まだ発行した版がないため" in response.content.decode()
    pdf = client.get(reverse("whitepapers:differences_pdf", args=[paper.pk]))
    assert pdf.status_code == 302


def test_the_draft_is_compared_with_the_last_issue_unless_asked_otherwise(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    client.force_login(approver)
    assert "変わった所はありません。" in page(client, paper).content.decode()
    edit(paper, "目的", body="本書の目的と範囲を記載します。")
    html = page(client, paper).content.decode()
    assert "1.0版から草案への変更" in html
    assert '<ins><span class="visually-hidden">［追加］</span>と範囲</ins>' in html


def test_two_issues_are_compared_as_they_were_issued(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    state(paper, "backup_retention_days", {"value": 11, "unit": "day"})
    make_version(paper, "1.1", by=approver)
    edit(paper, "目的", body="後から変えた草案です。")
    client.force_login(approver)
    html = page(client, paper, "?from=1.0&to=1.1").content.decode()
    assert "保持期間 7日 → 11日" in html
    assert "後から変えた草案です。" not in html
    assert "7日</del>" in html.replace("\n", "")
    back = page(client, paper, "?from=1.1&to=1.0").content.decode()
    assert "保持期間 11日 → 7日" in back


def test_what_did_not_change_is_folded(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    edit(paper, "目的", body="本書の目的と範囲を記載します。")
    client.force_login(approver)
    html = page(client, paper).content.decode()
    assert "変更のない 3節" in html
    assert "ログを取得しています。" not in html


def test_a_version_that_the_paper_does_not_have_is_not_found(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    client.force_login(approver)
    assert page(client, paper, "?from=9.9").status_code == 404
    assert page(client, paper, "?to=x").status_code == 404


def test_a_stranger_gets_404(client, paper, approver, stranger):
    make_version(paper, "1.0", by=approver)
    client.force_login(stranger)
    assert page(client, paper).status_code == 404


def test_what_people_wrote_stays_text(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    edit(paper, "目的", body="<script>alert(1)</script>", title="<b>目的</b>")
    client.force_login(approver)
    html = page(client, paper).content.decode()
    assert "<script>alert" not in html
    assert "<b>" not in html


def test_the_queries_do_not_grow_with_the_sections(client, paper, approver, django_assert_max_num_queries):
    make_version(paper, "1.0", by=approver)
    make_version(paper, "1.1", by=approver)
    client.force_login(approver)
    with django_assert_max_num_queries(30):
        page(client, paper)


def test_the_comparison_comes_as_a_pdf(client, paper, approver):
    make_version(paper, "1.0", by=approver)
    state(paper, "backup_retention_days", {"value": 11, "unit": "day"})
    client.force_login(approver)
    response = client.get(reverse("whitepapers:differences_pdf", args=[paper.pk]), {"from": "1.0", "to": "draft"})
    assert response["Content-Type"] == "application/pdf"
    assert "filename*=UTF-8''" in response["Content-Disposition"]
    text = Pdf(response.content).text
    assert "新旧対照表" in text
    assert "11日" in text

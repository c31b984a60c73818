"""Accepting a finding with a reason: while it says the same, and never what the PDF would fail on."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from tests.factories import answer, import_data, make_review, paper_data, prose
from whitepapers.checks import Finding, check
from whitepapers.compose import compose
from whitepapers.models import Waiver, Whitepaper
from whitepapers.waiving import CannotWaive, judge, may_be_waived, waive, withdraw_waiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    sections = [answer("12.3.1", title="独自の見出し"), prose("字", "印刷できない字𠮷。")]
    return import_data(paper_data(*sections), provider_slug=provider.slug)


def found(paper: Whitepaper, check_id: str) -> Finding:
    return next(finding for finding in check(compose(paper)) if finding.id == check_id)


def page(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_accepted_finding_counts_no_longer(paper, reviewer):
    finding = found(paper, "completeness.empty_section")
    waiver = waive(paper, finding, reason="次の版で書く。", by=reviewer)
    judged = judge(paper, check(compose(paper)))
    assert finding not in judged.left
    assert [(each.finding, each.waiver) for each in judged.accepted] == [(finding, waiver)]
    assert Entry.objects.get(action="finding.waived").data["reason"] == "次の版で書く。"


def test_a_finding_that_says_something_else_counts_again(paper, reviewer):
    finding = found(paper, "titles.differing_title")
    waiver = waive(paper, finding, reason="呼び名のため。", by=reviewer)
    paper.sections.filter(kind="control").update(title="さらに別の見出し")
    judged = judge(paper, check(compose(paper)))
    assert [each.id for each in judged.left if each.id == finding.id] == [finding.id]
    assert judged.idle == [waiver]
    again = waive(paper, found(paper, finding.id), reason="これも。", by=reviewer)
    assert list(Waiver.objects.all()) == [again]


def test_a_glyph_that_cannot_be_printed_is_never_accepted(paper, reviewer):
    finding = found(paper, "glyphs.missing_glyph")
    assert not may_be_waived(finding)
    with pytest.raises(CannotWaive, match="PDF"):
        waive(paper, finding, reason="気にしない。", by=reviewer)
    row = {"check_id": finding.id, "anchor": finding.anchor, "subject": finding.subject, "sentence": finding.sentence}
    paper.waivers.create(**row, reason="裏口", by=reviewer, by_name="名")
    assert finding in judge(paper, check(compose(paper))).blocking


def test_what_is_not_found_is_not_accepted(paper, reviewer):
    finding = found(paper, "completeness.empty_section")
    for other in (
        replace(finding, sentence="別の文。"),
        replace(finding, anchor="s999999"),
        replace(finding, id="x.y"),
    ):
        with pytest.raises(CannotWaive, match="もうありません"):
            waive(paper, other, reason="理由", by=reviewer)


@pytest.mark.parametrize("reason", ["", " \n", "a\x00", "あ" * 1_001])
def test_a_reason_is_needed(paper, reviewer, reason):
    with pytest.raises(CannotWaive):
        waive(paper, found(paper, "completeness.empty_section"), reason=reason, by=reviewer)
    assert not Waiver.objects.exists()


def test_nothing_is_accepted_or_taken_back_during_a_review(paper, reviewer, author, approver):
    waiver = waive(paper, found(paper, "completeness.empty_section"), reason="理由", by=reviewer)
    make_review(paper, by=author, approver=approver)
    with pytest.raises(CannotWaive, match="レビュー中"):
        withdraw_waiver(paper, waiver.pk, by=reviewer)
    with pytest.raises(CannotWaive, match="レビュー中"):
        waive(paper, found(paper, "titles.differing_title"), reason="理由", by=reviewer)


def test_a_waiver_of_another_paper_is_not_taken_back(provider, paper, reviewer):
    waiver = waive(paper, found(paper, "completeness.empty_section"), reason="理由", by=reviewer)
    other = import_data(paper_data(prose("別", "文。")), provider_slug=provider.slug)
    with pytest.raises(CannotWaive):
        withdraw_waiver(other, waiver.pk, by=reviewer)
    url = reverse("whitepapers:end_waiver", args=[other.pk, waiver.pk])
    assert page(reviewer).post(url).status_code == 302
    assert Waiver.objects.filter(pk=waiver.pk).exists()


# --- Pages


def test_through_the_pages(paper, reviewer):
    client, url = page(reviewer), reverse("whitepapers:waive", args=[paper.pk])
    finding = found(paper, "completeness.empty_section")
    query = {"check": finding.id, "anchor": finding.anchor, "subject": finding.subject}
    checks = reverse("whitepapers:checks", args=[paper.pk])
    assert "例外として承認…" in client.get(checks).content.decode()
    assert finding.sentence in client.get(url, query).content.decode()
    response = client.post(url, query | {"sentence": finding.sentence, "reason": "次の版で。"})
    assert response["Location"] == checks
    waiver = Waiver.objects.get()
    assert "次の版で。" in client.get(checks).content.decode()
    client.post(reverse("whitepapers:end_waiver", args=[paper.pk, waiver.pk]))
    assert not Waiver.objects.exists()


def test_a_sentence_that_changed_while_the_page_was_open_is_not_accepted(paper, reviewer):
    client, url = page(reviewer), reverse("whitepapers:waive", args=[paper.pk])
    finding = found(paper, "titles.differing_title")
    data = {"check": finding.id, "anchor": finding.anchor, "subject": finding.subject, "sentence": finding.sentence}
    paper.sections.filter(kind="control").update(title="さらに別の見出し")
    client.post(url, data | {"reason": "理由"})
    assert not Waiver.objects.exists()


def test_an_author_may_not_accept(paper, author):
    assert page(author).post(reverse("whitepapers:waive", args=[paper.pk])).status_code == 403
    assert "例外として承認…" not in page(author).get(reverse("whitepapers:checks", args=[paper.pk])).content.decode()

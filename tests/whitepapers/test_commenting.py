"""Comments: on a paper, a section or a sentence; answered, resolved, reopened; visible in the next draft until resolved."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from tests.factories import import_data, make_review, paper_data, prose
from whitepapers.commenting import About, CannotComment, add, answer, reopen, resolve, threads
from whitepapers.models import Comment, Whitepaper

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(provider) -> Whitepaper:
    return import_data(
        paper_data(prose("はじめに", "本文です。"), prose("体制", "体制です。")), provider_slug=provider.slug
    )


@pytest.fixture
def review(paper, author, approver):
    return make_review(paper, by=author, approver=approver)


def anchor(paper: Whitepaper, title: str = "はじめに") -> str:
    return f"s{paper.sections.get(title=title).pk}"


def page(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_comment_on_a_sentence_of_a_review_keeps_both(paper, review, approver):
    made = add(paper, "根拠は。", about=About(anchor(paper), "本文です。", review), by=approver)
    assert (made.heading, made.quote, made.section.title, made.review) == (
        "1 はじめに",
        "本文です。",
        "はじめに",
        review,
    )
    assert Entry.objects.get(action="comment.added").by_id == approver.pk


def test_a_comment_may_be_on_the_paper_as_a_whole(paper, author):
    made = add(paper, "全体に短くしたい。", about=About(), by=author)
    assert (made.section, made.heading, made.review) == (None, "", None)


@pytest.mark.parametrize("body", ["", "  \n", "a\x00", "あ" * 5_001])
def test_a_text_that_cannot_be_kept_is_refused(paper, author, body):
    with pytest.raises(CannotComment):
        add(paper, body, about=About(), by=author)
    assert not Comment.objects.exists()


def test_a_section_of_another_paper_is_refused(provider, paper, review, author):
    other = import_data(paper_data(prose("別", "文。")), provider_slug=provider.slug)
    for about in (About(anchor(other, "別")), About(anchor(other, "別"), "", review), About("s999999"), About("x")):
        with pytest.raises(CannotComment):
            add(paper, "何か", about=about, by=author)
    with pytest.raises(CannotComment, match="このペーパーのものではありません"):
        add(other, "何か", about=About("", "", review), by=author)


def test_a_thread_is_answered_resolved_and_reopened(paper, review, author, approver):
    made = add(paper, "根拠は。", about=About(anchor(paper), "", review), by=approver)
    answer(made, "規程です。", by=author)
    resolve(made, by=approver)
    with pytest.raises(CannotComment, match="解決済み"):
        answer(made, "追伸", by=author)
    with pytest.raises(CannotComment):
        resolve(made, by=approver)
    reopen(made, by=author)
    with pytest.raises(CannotComment):
        reopen(made, by=author)
    (thread,) = threads(Comment.objects.filter(whitepaper=paper))
    assert thread.is_open
    assert [each.body for each in thread.answers] == ["規程です。"]


def test_an_answer_to_an_answer_stands_in_the_same_thread(paper, author):
    made = add(paper, "一", about=About(), by=author)
    second = answer(made, "二", by=author)
    assert answer(second, "三", by=author).parent == made


def test_an_archived_paper_takes_no_comments(paper, author):
    Whitepaper.objects.filter(pk=paper.pk).update(archived_at=timezone.now())
    with pytest.raises(CannotComment, match="保管"):
        add(paper, "何か", about=About(), by=author)


# --- Pages


def test_through_the_pages_a_comment_goes_back_where_it_was_written(paper, review, approver):
    client = page(approver)
    data = {
        "anchor": anchor(paper),
        "quote": "本文です。",
        "body": "根拠は。",
        "review": review.pk,
        "back": "review",
        "show": "whole",
    }
    response = client.post(reverse("whitepapers:comments", args=[paper.pk]), data)
    made = Comment.objects.get()
    url = reverse("whitepapers:review", args=[paper.pk, review.pk])
    assert response["Location"] == f"{url}?show=whole#comment-{made.pk}"
    html = client.get(url).content.decode()
    assert f'id="comment-{made.pk}"' in html
    assert "根拠は。" in html


def test_where_to_return_is_no_address_that_a_form_can_name(paper, author):
    data = {"body": "何か", "back": "https://example.org/", "show": "//example.org"}
    response = page(author).post(reverse("whitepapers:comments", args=[paper.pk]), data)
    assert response["Location"].startswith(reverse("whitepapers:comments", args=[paper.pk]))


def test_a_comment_of_another_paper_or_provider_is_not_found(provider, paper, author, stranger):
    other = import_data(paper_data(prose("別", "文。")), provider_slug=provider.slug)
    made = add(other, "何か", about=About(), by=author)
    for name in ("answer_comment", "resolve_comment", "reopen_comment"):
        url = reverse(f"whitepapers:{name}", args=[paper.pk, made.pk])
        assert page(author).post(url, {"body": "x"}).status_code == 404
        own = reverse(f"whitepapers:{name}", args=[other.pk, made.pk])
        assert page(stranger).post(own, {"body": "x"}).status_code == 404
    made.refresh_from_db()
    assert made.resolved_at is None


@pytest.mark.parametrize("named", ["999999", "x", "１", "9" * 30])
def test_a_forged_review_is_not_found(paper, author, named):
    url = reverse("whitepapers:comments", args=[paper.pk])
    assert page(author).post(url, {"body": "何か", "review": named}).status_code == 404


def test_what_is_typed_in_a_comment_is_text(paper, author):
    add(paper, "<script>alert(1)</script>", about=About(anchor(paper), "<b>x</b>"), by=author)
    html = page(author).get(reverse("whitepapers:comments", args=[paper.pk])).content.decode()
    assert "<script>alert" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html

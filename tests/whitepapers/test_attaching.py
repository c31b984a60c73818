"""PDFs of issues from before Hakusho: hostile files, kept and given out as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from tests.factories import make_issued, make_member, make_paper, prose
from whitepapers import attaching
from whitepapers.attaching import CannotAttach, attach_earlier_issue
from whitepapers.models import EarlierIssue, StoredFile

from .test_immutability import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(prose("はじめに"))


@pytest.fixture
def author(paper):
    return make_member(paper.service.provider, Role.AUTHOR)


def attach(paper, by, **changes):
    values = {"number": "0.9", "date": None, "name": "以前.pdf", "content": pdf(), **changes}
    return attach_earlier_issue(paper, **values, by=by)


def test_the_file_is_kept_byte_for_byte_and_sent_as_a_file(paper, author):
    client = Client()
    client.force_login(author)
    content = pdf()
    upload = SimpleUploadedFile("ホワイトペーパー 初版.pdf", content, "text/html")
    data = {"number": "0.9", "date": "2021-04-01", "file": upload}
    done = client.post(reverse("whitepapers:attach", args=[paper.pk]), data, follow=True)
    assert "0.9版のファイルを登録しました" in done.content.decode()
    issue = EarlierIssue.objects.get()
    sent = client.get(reverse("whitepapers:earlier_file", args=[paper.pk, issue.pk]))
    assert sent.content == content
    assert sent["Content-Type"] == "application/pdf"
    assert sent["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in sent["Content-Security-Policy"]
    assert issue.name == "ホワイトペーパー 初版_0.9.pdf"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"<html>%PDF-1.7</html>",
        b"%PDF-1.7",
        b"%PDF-1.7\n<script>alert(1)</script>\n%%EOF",
        pdf()[:-80],
    ],
)
def test_what_is_no_pdf_is_refused(paper, author, content):
    with pytest.raises(CannotAttach, match="PDFとして読み取れません"):
        attach(paper, author, content=content)
    assert not StoredFile.objects.exists()


def test_a_file_that_is_too_large_is_refused(paper, author, monkeypatch):
    monkeypatch.setattr(attaching, "MAX_SIZE", 100)
    with pytest.raises(CannotAttach, match="大きすぎます"):
        attach(paper, author)


@pytest.mark.parametrize("number", ["", "1.", "v1", "1.0.0.0", "１.０", "-1", "1e3", "99999999999"])
def test_a_number_is_a_number(paper, author, number):
    with pytest.raises(CannotAttach, match="版数"):
        attach(paper, author, number=number)


def test_one_file_for_a_number(paper, author):
    attach(paper, author, number="0.9")
    with pytest.raises(CannotAttach, match="すでに登録"):
        attach(paper, author, number="0.9.0")


@pytest.mark.parametrize("number", ["1.0", "1.0.1", "2"])
def test_earlier_is_earlier_than_the_first_version_issued_here(paper, author, number):
    make_issued(paper, "1.0", by=make_member(paper.service.provider, Role.ADMIN))
    with pytest.raises(CannotAttach, match="小さい版数"):
        attach(paper, author, number=number)
    assert attach(paper, author, number="0.9.9")


def test_an_issue_from_before_is_not_from_tomorrow(paper, author):
    with pytest.raises(CannotAttach, match="先の日付"):
        attach(paper, author, date=timezone.localdate() + timedelta(days=1))


def test_a_viewer_and_a_stranger_attach_nothing(paper, stranger):
    for person in (make_member(paper.service.provider, Role.VIEWER), stranger):
        with pytest.raises(CannotAttach, match="役割"):
            attach(paper, person)


def test_the_name_of_the_upload_cannot_lead_elsewhere(paper, author):
    assert attach(paper, author, name="../../../etc/passwd.pdf").name == "_.._.._etc_passwd_0.9.pdf"


def test_the_name_of_the_upload_cannot_be_read_backwards(paper, author):
    assert attach(paper, author, name="請求\u202efdp.exe\x9b.pdf").name == "請求_fdp.exe_0.9.pdf"


def test_a_file_of_another_paper_is_not_found(paper, author):
    issue = attach(paper, author)
    client = Client()
    client.force_login(author)
    other = make_paper(prose("別"))
    assert client.get(reverse("whitepapers:earlier_file", args=[other.pk, issue.pk])).status_code == 404

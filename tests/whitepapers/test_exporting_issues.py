"""``export_paper ID --issue NUMBER``: the stored bytes of an issued version, or a sentence."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.roles import Role
from tests.factories import make_issued, make_member, make_paper, make_version, prose
from tests.lifting import lifted
from whitepapers import storing
from whitepapers.attaching import attach_earlier_issue
from whitepapers.models import StoredFile

from .test_immutability import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    return make_paper(prose("はじめに", "本文です。"))


@pytest.fixture
def admin(paper):
    return make_member(paper.service.provider, Role.ADMIN)


def export(paper, number: str, format_name: str, path, *options) -> bytes:
    call_command(
        "export_paper", str(paper.pk), "--issue", number, "--format", format_name, "--output", str(path), *options
    )
    return path.read_bytes()


def refused(*arguments) -> str:
    with pytest.raises(CommandError) as caught:
        export(*arguments)
    assert not arguments[3].exists()
    return str(caught.value)


def test_each_format_is_the_stored_file(paper, admin, tmp_path):
    version = make_version(paper, "1.0", by=admin)
    paper.sections.update(body="新しい本文です。")
    for artefact in version.artefacts.all():
        assert export(paper, "1.0", artefact.format, tmp_path / "x") == storing.read(artefact.path, artefact.sha256)


def test_an_earlier_issue_is_the_attached_file(paper, admin, tmp_path):
    content = pdf()
    attach_earlier_issue(paper, number="0.9", date=None, name="x.pdf", content=content, by=admin)
    assert export(paper, "0.9", "pdf", tmp_path / "x") == content
    assert "0.9版は発行されていません" in refused(paper, "0.9", "html", tmp_path / "y")


def test_a_number_that_was_not_issued_is_a_sentence_with_those_that_were(paper, admin, tmp_path):
    assert "まだありません" in refused(paper, "1.0", "pdf", tmp_path / "x")
    make_issued(paper, "1.0", by=admin)
    assert refused(paper, "2.0", "pdf", tmp_path / "x") == "2.0版は発行されていません。発行した版：1.0"
    assert "発行されていません" in refused(paper, "", "pdf", tmp_path / "x")


def test_a_format_that_the_version_lacks_is_a_sentence(paper, admin, tmp_path):
    make_issued(paper, "1.0", by=admin)
    assert refused(paper, "1.0", "docx", tmp_path / "x") == "1.0版には docx のファイルがありません。"


def test_clean_is_for_drafts(paper, admin, tmp_path):
    make_issued(paper, "1.0", by=admin)
    assert "--clean" in refused(paper, "1.0", "pdf", tmp_path / "x", "--clean")


def test_bytes_that_differ_are_not_written(paper, admin, tmp_path):
    make_issued(paper, "1.0", by=admin)
    with lifted(connection):
        StoredFile.objects.update(content=b"other")
    assert "違っています" in refused(paper, "1.0", "pdf", tmp_path / "x")

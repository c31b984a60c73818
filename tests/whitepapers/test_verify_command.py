"""``manage.py verify``: silent exit 0 while all is as it was; else it names what differs and ends with 1."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet

from accounts.roles import Role
from audit.models import Entry
from tests.factories import make_member, make_paper, make_version, prose
from tests.lifting import lifted
from whitepapers.attaching import attach_earlier_issue
from whitepapers.models import Artefact, Decision, EarlierIssue, Review, StoredFile, Version

from .test_immutability import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    paper = make_paper(prose("はじめに", "本文です。"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    attach_earlier_issue(paper, number="0.9", date=None, name="以前.pdf", content=pdf(), by=admin)
    make_version(paper, "1.0", by=admin)
    make_version(paper, "1.1", by=admin)
    return paper


def verify() -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("verify", stdout=said, stderr=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def test_all_is_as_it_was(paper):
    assert verify() == (0, "全て発行したときのままです。\n")


def test_nothing_at_all_is_as_it_was(db):
    assert verify()[0] == 0


def tamper(rows: QuerySet, **values) -> None:
    with lifted(connection):
        QuerySet(rows.model).filter(pk__in=rows.values("pk")).update(**values)


def found(words: str, also: str = "") -> None:
    code, said = verify()
    assert code == 1
    assert words in said, said
    assert also in said, said


@pytest.mark.parametrize("model", [Review, Version])
def test_a_changed_document_is_named(paper, model):
    row = model.objects.get(number="1.1")
    tamper(model.objects.filter(pk=row.pk), document=row.document.replace("本文です。", "本文でした。"))
    found("内容のハッシュ", "1.1版")


def test_a_document_changed_together_with_its_digest_is_not_the_approved_one(paper):
    other = Version.objects.get(number="1.0")
    tamper(Version.objects.filter(number="1.1"), document=other.document, digest=other.digest)
    found("承認された内容と一致しません", "1.1版")


def test_a_changed_imprint_is_named(paper):
    tamper(Version.objects.filter(number="1.0"), imprint="{}")
    found("発行日と承認欄", "1.0版")


def test_a_changed_date_is_named(paper):
    tamper(Version.objects.filter(number="1.0"), date="2020-01-01")
    found("2020-01-01")


def test_a_decision_of_something_else_is_named(paper):
    decision = Decision.objects.first()
    tamper(Decision.objects.filter(pk=decision.pk), digest="0" * 64)
    found(f"判定 {decision.pk}")


def test_a_decision_turned_into_another_is_named(paper):
    tamper(Decision.objects.filter(review__number="1.0"), verdict="return", comment="x")
    found("承認の記録がありません", "1.0版")


@pytest.mark.parametrize("format_name", ["pdf", "html", "text", "json"])
def test_changed_bytes_of_a_file_are_named(paper, format_name):
    artefact = Artefact.objects.get(version__number="1.0", format=format_name)
    tamper(StoredFile.objects.filter(name=artefact.path), content=b"other")
    found("発行したときと違っています", artefact.name)


def test_a_file_that_is_gone_is_named(paper):
    with lifted(connection):
        StoredFile.objects.filter(name=EarlierIssue.objects.get().path).delete()
    found("見つかりません", "以前の版 0.9")


def test_a_missing_row_of_a_file_is_named(paper):
    with lifted(connection):
        rows = QuerySet(Artefact).filter(version__number="1.0")
        rows._raw_delete(rows.db)
    found("ファイルの記録がありません", "1.0版")


def test_a_changed_entry_of_the_audit_is_named(paper):
    with lifted(connection):
        QuerySet(Entry).filter(action="version.issued").update(by_name="別人")
    found("監査記録")


@pytest.mark.parametrize("table", ["whitepapers_version", "whitepapers_review", "audit_entry", "audit_chain"])
def test_missing_triggers_are_named(paper, table):
    with connection.cursor() as cursor:
        on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER frozen_delete_{table}{on_table}")
    found(f"frozen_delete_{table}")


def test_the_number_of_queries_grows_only_with_versions_and_files(paper, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        verify()

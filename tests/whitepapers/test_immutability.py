"""What was issued, decided or submitted is refused to change by the database itself, in every way one may ask."""

from __future__ import annotations

import io
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.utils import timezone

from accounts.roles import Role
from audit.frozen import WrittenOnce
from tests.factories import decide, make_approved, make_member, make_paper, make_review, make_version, prose
from whitepapers import migrations
from whitepapers.attaching import attach_earlier_issue
from whitepapers.immutability import missing_triggers
from whitepapers.issuing import recheck, withdraw
from whitepapers.models import (
    Artefact,
    Decision,
    EarlierIssue,
    Recheck,
    Review,
    Seat,
    StoredFile,
    Version,
    Withdrawal,
)

pytestmark = pytest.mark.django_db
FROZEN = [Version, Artefact, Withdrawal, EarlierIssue, Recheck, Decision]
REFUSED = (DatabaseError, WrittenOnce)


@pytest.fixture
def issued():
    """A paper with a row in every frozen table."""
    paper = make_paper(prose("はじめに", "本文です。"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    attach_earlier_issue(paper, number="0.9", date=None, name="以前.pdf", content=pdf(), by=admin)
    version = make_version(paper, "1.0", by=admin)
    recheck(paper, date=timezone.localdate(), note="", by=admin)
    withdraw(version, reason="誤りがありました。", by=admin)
    paper.refresh_from_db()
    return paper


def pdf() -> bytes:
    from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

    writer, out = PdfFileWriter(), io.BytesIO()
    writer.insert_page(PageObject(contents=writer.add_object(stream()), media_box=(0, 0, 100, 100)))
    writer.write(out)
    return out.getvalue()


def stream():
    from pyhanko.pdf_utils.generic import StreamObject

    return StreamObject(stream_data=b"")


@contextmanager
def refusal():
    """Refused, and the transaction around it goes on."""
    with pytest.raises(REFUSED), transaction.atomic():
        yield


def column(model) -> str:
    return {Version: "summary", Artefact: "name", Withdrawal: "reason", EarlierIssue: "name"}.get(
        model, "note" if model is Recheck else "comment"
    )


def state(model) -> list[dict]:
    return list(model._base_manager.order_by("pk").values())


def save(row):
    setattr(row, column(type(row)), "別の内容")
    row.save()


def bulk_update(row):
    setattr(row, column(type(row)), "別の内容")
    QuerySet(type(row)).bulk_update([row], [column(type(row))])


def replace(row):
    fields = [field.name for field in row._meta.concrete_fields if not field.primary_key]
    QuerySet(type(row)).bulk_create([row], update_conflicts=True, update_fields=fields, unique_fields=["id"])


def raw(sql: str):
    def run(row):
        with connection.cursor() as cursor:
            cursor.execute(sql.format(table=row._meta.db_table, column=column(type(row))), [row.pk])

    return run


WAYS = {
    "instance.save": save,
    "instance.delete": lambda row: row.delete(),
    "queryset.update": lambda row: type(row).objects.filter(pk=row.pk).update(**{column(type(row)): "別の内容"}),
    "plain queryset.update": lambda row: (
        QuerySet(type(row)).filter(pk=row.pk).update(**{column(type(row)): "別の内容"})
    ),
    "queryset.delete": lambda row: type(row).objects.filter(pk=row.pk).delete(),
    "plain queryset.delete": lambda row: QuerySet(type(row)).filter(pk=row.pk).delete(),
    "queryset.bulk_update": lambda row: type(row).objects.bulk_update([row], [column(type(row))]),
    "plain queryset.bulk_update": bulk_update,
    "bulk_create with conflicts": replace,
    "_raw_delete": lambda row: QuerySet(type(row)).filter(pk=row.pk)._raw_delete(connection.alias),
    "raw UPDATE": raw("UPDATE {table} SET {column} = 'x' WHERE id = %s"),
    "raw UPDATE of the id": raw("UPDATE {table} SET id = id + 1000 WHERE id = %s"),
    "raw DELETE": raw("DELETE FROM {table} WHERE id = %s"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model.__name__)
def test_no_way_changes_or_deletes_what_was_issued(issued, model, way):
    before = state(model)
    with refusal():
        WAYS[way](model._base_manager.first())
    assert state(model) == before
    assert before


@pytest.mark.parametrize("model", [*FROZEN, Review, StoredFile], ids=lambda model: model.__name__)
def test_a_table_is_not_emptied_or_replaced(issued, model):
    statement = "TRUNCATE {0} CASCADE" if connection.vendor == "postgresql" else "REPLACE INTO {0} SELECT * FROM {0}"
    before = state(model)
    with refusal(), connection.cursor() as cursor:
        cursor.execute(statement.format(model._meta.db_table))
    assert state(model) == before


def test_the_admin_has_nothing_of_it(admin_client):
    from django.contrib import admin

    assert not {*FROZEN, Review, StoredFile} & set(admin.site._registry)


# --- Reviews --------------------------------------------------------------------------------------------------------


@pytest.fixture
def review():
    paper = make_paper(prose("はじめに", "本文です。"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    return make_approved(paper, by=admin, approver=admin)


@pytest.mark.parametrize(
    ("field", "value"),
    [("document", "{}"), ("digest", "0" * 64), ("number", "9.9"), ("message", "別"), ("submitted_by_name", "別人")],
)
def test_what_was_submitted_does_not_change(review, field, value):
    with refusal():
        Review.objects.filter(pk=review.pk).update(**{field: value})


def test_a_review_is_not_deleted(review):
    with refusal(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM whitepapers_review WHERE id = %s", [review.pk])


def test_a_review_is_closed_once(review):
    closed = {"closed_at": timezone.now(), "outcome": "recalled"}
    assert Review.objects.filter(pk=review.pk).update(**closed) == 1
    with refusal():
        Review.objects.filter(pk=review.pk).update(closed_at=None, outcome="")
    with refusal():
        Review.objects.filter(pk=review.pk).update(outcome="issued")


def test_a_decision_is_of_the_submitted_content(review):
    other = make_member(review.whitepaper.service.provider, Role.REVIEWER)
    seat = Seat.objects.create(review=review, capacity="check", user=other)
    review.digest = "0" * 64
    with refusal():
        Decision.objects.create(
            review=review, seat=seat, capacity="check", verdict="approve", by=other, by_name="x",
            digest="0" * 64, at=timezone.now(),
        )  # fmt: skip


def test_a_closed_review_takes_no_decision(review):
    other = make_member(review.whitepaper.service.provider, Role.REVIEWER)
    Seat.objects.create(review=review, capacity="check", user=other)
    Review.objects.filter(pk=review.pk).update(closed_at=timezone.now(), outcome="recalled")
    with refusal():
        decide(review, other)


# --- Versions -------------------------------------------------------------------------------------------------------


def row(review, **changes) -> Version:
    """The version of an approved review, past every guard."""
    values = {
        "whitepaper": review.whitepaper, "review": review, "number": review.number, "document": review.document,
        "digest": review.digest, "major": 1, "imprint": "{}", "imprint_digest": "0" * 64, "date": timezone.localdate(),
        "issued_by": review.submitted_by, "issued_by_name": "x", "issued_at": timezone.now(),
    }  # fmt: skip
    return Version(**values | changes)


def test_what_was_approved_may_be_issued_by_a_plain_row(review):
    row(review).save()
    assert Version.objects.count() == 1


@pytest.mark.parametrize("changes", [{"document": "{}"}, {"digest": "0" * 64}, {"number": "1.0.0"}])
def test_a_row_with_other_content_than_the_approved_is_refused(review, changes):
    with refusal():
        row(review, **changes).save()


def test_a_row_without_an_approval_is_refused():
    paper = make_paper(prose("はじめに"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    with refusal():
        row(make_review(paper, by=admin, approver=admin)).save()


def test_a_row_of_another_paper_is_refused(review):
    other = make_paper(prose("別"))
    with refusal():
        row(review, whitepaper=other).save()


@pytest.mark.parametrize("ordinal", [(1, 0, 0), (0, 9, 0), (1, 0, -0)])
def test_numbers_only_grow(ordinal):
    paper = make_paper(prose("はじめに"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    make_version(paper, "1.0", by=admin)
    paper.refresh_from_db()
    review = make_approved(paper, "1.1", by=admin, approver=admin)
    major, minor, patch = ordinal
    with refusal():
        row(review, major=major, minor=minor, patch=patch).save()
    row(review, major=1, minor=1).save()


def test_earlier_issues_are_below_every_version(issued):
    earlier = EarlierIssue.objects.get()
    earlier.pk, earlier._state.adding, earlier.number, earlier.major, earlier.minor = None, True, "1.0.1", 1, 0
    earlier.patch = 1
    with refusal():
        earlier.save(force_insert=True)


# --- Files ----------------------------------------------------------------------------------------------------------


def test_a_stored_file_never_changes(issued):
    with refusal():
        StoredFile.objects.update(content=b"")


def test_a_stored_file_that_a_version_names_stays(issued):
    with refusal():
        StoredFile.objects.filter(name=Artefact.objects.first().path).delete()
    with refusal():
        StoredFile.objects.filter(name=EarlierIssue.objects.first().path).delete()


def test_a_stored_file_that_nobody_names_goes():
    StoredFile.objects.create(name="0" * 64, content=b"x", size=1)
    assert StoredFile.objects.all().delete()[0] == 1


# --- Migrations -----------------------------------------------------------------------------------------------------

LATER = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("whitepapers", "{leaf}")]
    operations = [
        migrations.AlterField("version", "summary", models.TextField(blank=True, default="")),
        migrations.AlterField("review", "message", models.TextField(blank=True, default="", max_length=3000)),
        migrations.AlterField("decision", "comment", models.CharField(blank=True, max_length=6000)),
        migrations.AlterField("artefact", "path", models.CharField(max_length=300)),
        migrations.AlterField("earlierissue", "path", models.CharField(max_length=300)),
        migrations.AlterField("storedfile", "name", models.CharField(max_length=300, unique=True)),
        {check}
    ]
"""
LOOK = "migrations.RunPython(__import__('tests.whitepapers.test_immutability', fromlist=['x']).look, lambda *_: None),"
seen_inside: list[list[str]] = []


def look(_apps, editor) -> None:
    seen_inside.append(missing_triggers(editor.connection))


@pytest.fixture
def later_migration(tmp_path, settings, monkeypatch, transactional_db):
    """A migration after all that there are, which alters every frozen table; taken back in the end."""
    leaf = MigrationExecutor(connection).loader.graph.leaf_nodes("whitepapers")[0][1]
    package = tmp_path / "later_migrations"
    shutil.copytree(Path(migrations.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "zzzz_later.py").write_text(LATER.format(leaf=leaf, check=LOOK), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"whitepapers": package.name}
    yield
    call_command("migrate", "whitepapers", leaf, verbosity=0)


def test_triggers_are_there_again_after_a_later_migration(later_migration):
    """SQLite rebuilds an altered table without its triggers, and none that another table's trigger reads."""
    assert missing_triggers(connection) == []
    call_command("migrate", verbosity=0)
    assert seen_inside
    if connection.vendor == "sqlite":
        assert seen_inside.pop()  # the migration did take them away
    assert missing_triggers(connection) == []
    paper = make_paper(prose("はじめに"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    version = make_version(paper, "1.0", by=admin)
    for way in ("plain queryset.update", "raw DELETE"):
        with pytest.raises(IntegrityError):
            WAYS[way](version)


def test_missing_triggers_are_told_by_the_system_check(transactional_db):
    def told() -> set[str]:
        return {str(message.id) for message in run_checks(databases=["default"])}

    assert "whitepapers.W002" not in told()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE whitepapers_version DISABLE TRIGGER frozen_update_whitepapers_version")
        else:
            cursor.execute("DROP TRIGGER frozen_update_whitepapers_version")
    assert missing_triggers(connection) == ["frozen_update_whitepapers_version"]
    assert "whitepapers.W002" in told()
    call_command("migrate", verbosity=0)
    assert "whitepapers.W002" not in told()

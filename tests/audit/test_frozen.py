"""Nobody changes or deletes an entry: not through the ORM, in bulk, through the admin or by raw SQL, on both databases."""

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from accounts.models import Provider
from audit.log import Subject, log
from audit.models import Chain, Entry, Immutable
from audit.triggers import freeze

PAPER = Subject("paper", 7, "白書", paper=7)
TABLES = ("audit_entry", "audit_chain")


@pytest.fixture
def entry(provider) -> Entry:
    return log("paper.archived", PAPER, by=None, provider=provider)


def refused(sql: str, *values: object) -> None:
    with pytest.raises(IntegrityError, match="できません"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def triggers() -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda entry: entry.save(),
        lambda entry: entry.save(update_fields=["subject"]),
        lambda entry: entry.delete(),
        lambda _entry: Entry.objects.all().delete(),
        lambda entry: Entry.objects.filter(pk=entry.pk).update(subject="他"),
        lambda entry: Entry.objects.bulk_update([entry], ["subject"]),
        lambda entry: Entry.objects.update_or_create(pk=entry.pk, defaults={"subject": "他"}),
        lambda _entry: Entry.objects.all()._raw_delete("default"),
    ],
)
def test_the_orm_refuses(entry, attempt):
    entry.subject = "他"
    with pytest.raises(Immutable, match="変更も削除もできません"):
        attempt(entry)
    assert Entry.objects.get().subject == "白書"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda _entry: Entry._base_manager.update(subject="他"),
        lambda _entry: Entry._base_manager.all().delete(),
        lambda _entry: Entry._base_manager.all()._raw_delete("default"),
        lambda entry: models.Model.save_base(entry, force_update=True),
        lambda entry: Entry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["subject"]
        ),
        lambda _entry: Chain.objects.all().delete(),
        lambda entry: Chain.objects.update(provider=entry.provider_id + 1),
    ],
)
def test_the_database_refuses_what_goes_around_it(entry, attempt):
    entry.subject = "他"
    with pytest.raises(IntegrityError, match="できません"), transaction.atomic():
        attempt(entry)
    assert Entry.objects.get().subject == "白書"
    assert Chain.objects.exists()


def test_raw_sql_is_refused(entry):
    refused("UPDATE audit_entry SET subject = '他'")
    refused("UPDATE audit_entry SET subject = subject")
    refused("DELETE FROM audit_entry")
    refused("DELETE FROM audit_entry WHERE id = %s", entry.pk)
    refused("DELETE FROM audit_chain")
    refused("UPDATE audit_chain SET provider_id = provider_id + 1")


def test_a_row_cannot_take_the_place_of_another(entry):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    columns = ", ".join(field.column for field in Entry._meta.concrete_fields if field.name not in ("id", "subject"))
    for key in (entry.pk, "NULL"):  # by the primary key, and by the number
        refused(
            f"INSERT OR REPLACE INTO audit_entry (id, subject, {columns}) SELECT {key}, '他', {columns} FROM audit_entry"
        )
    refused(
        "REPLACE INTO audit_chain (id, provider_id, length, digest) SELECT NULL, provider_id, 0, '' FROM audit_chain"
    )
    assert Entry.objects.get().subject == "白書"


def test_the_tables_are_not_emptied(entry):
    if connection.vendor != "postgresql":
        pytest.skip("TRUNCATE is PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # with a check still to do no table can be emptied anyway
    refused("TRUNCATE audit_entry")
    refused("TRUNCATE accounts_provider CASCADE")


def test_a_provider_with_entries_stays(entry):
    with pytest.raises(ProtectedError):
        Provider.objects.all().delete()


def test_the_admin_offers_neither():
    assert not {Entry, Chain} & set(admin.site._registry)


def test_entries_are_still_added(entry, provider):
    assert log("paper.restored", PAPER, by=None, provider=provider).number == 2


def test_migrating_brings_back_what_a_rebuilt_table_has_lost(entry):
    frozen = {name for name in triggers() if name.endswith(TABLES)}
    assert {f"frozen_{what}_audit_entry" for what in ("update", "delete")} <= frozen
    with connection.cursor() as cursor:
        for name in frozen:
            table = next(table for table in TABLES if name.endswith(table))
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    assert not frozen & triggers()
    call_command("migrate", verbosity=0)
    assert frozen <= triggers()
    refused("DELETE FROM audit_entry")


def test_a_migration_that_rebuilds_the_table_loses_nothing(transactional_db):
    """SQLite rebuilds a table for AlterField, and its triggers go with the old one."""
    from django.db.migrations.state import ModelState

    before = triggers()
    field, wider = Entry._meta.get_field("by_name"), models.CharField(max_length=101)
    wider.set_attributes_from_name("by_name")
    assert ModelState.from_model(Entry)
    for old, new in ((field, wider), (wider, field)):
        with connection.schema_editor() as editor:
            editor.alter_field(Entry, old, new)
    if connection.vendor == "sqlite":
        assert triggers() < before
    call_command("migrate", verbosity=0)
    assert triggers() == before


# --- The helper, for tables of others


@pytest.fixture
def table(db) -> str:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE things (id integer PRIMARY KEY, name varchar(20) UNIQUE, note varchar(20))")
        cursor.execute("INSERT INTO things VALUES (1, 'one', NULL)")
    return "things"


def test_only_the_named_columns_stay(table):
    freeze(connection, table, update=["name"], delete=False, sentence="名前は変更できません。")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE things SET note = 'a', name = name")
    refused("UPDATE things SET name = 'two'")
    refused("UPDATE things SET name = NULL")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM things")


def test_freezing_again_replaces_what_was_frozen(table):
    freeze(connection, table)
    refused("UPDATE things SET note = 'a'")
    freeze(connection, table, update=False)
    freeze(connection, table, update=False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE things SET note = 'a'")
    refused("DELETE FROM things")


def test_a_quote_in_the_sentence_is_only_text(table):
    freeze(connection, table, sentence="it's 100% できません")
    with pytest.raises(IntegrityError, match="it's 100% できません"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM things")


def test_a_table_that_is_not_there_is_left_alone(db):
    freeze(connection, "nothing_of_the_kind")


def test_a_column_that_is_not_there_is_a_mistake(table):
    with pytest.raises(ValueError, match="colour"):
        freeze(connection, table, update=["colour"])


def test_what_is_refused_is_an_error_of_the_database(table):
    freeze(connection, table)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM things")

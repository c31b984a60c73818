"""Freezes tables: triggers that refuse UPDATE and DELETE, whoever asks and in whatever way, on SQLite and PostgreSQL.

An app freezes its tables in a ``post_migrate`` receiver of its own: SQLite drops the triggers of a table that a migration
rebuilds, and they are made anew after every ``migrate``. A refused statement raises ``IntegrityError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

SENTENCE = "この記録は変更も削除もできません。"
PREFIX = "frozen_"

# One function for all triggers; the sentence is the trigger's argument.
_FUNCTION = """
CREATE OR REPLACE FUNCTION frozen_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$
"""


def freeze(
    connection: BaseDatabaseWrapper,
    table: str,
    *,
    update: bool | Sequence[str] = True,
    delete: bool = True,
    sentence: str = SENTENCE,
) -> None:
    """Makes the database refuse to change rows of ``table``; nothing when there is no such table (yet).

    ``update`` names the columns whose values stay (True: all of them); saving a row with the same values there is no
    change. ``delete`` refuses DELETE and, on PostgreSQL, TRUNCATE. Calling it again replaces what an earlier call made.
    Raises ValueError for a column that the table has not.
    """
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return
        known = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    columns = [] if isinstance(update, bool) else list(update)
    if unknown := set(columns) - known:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    make = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in make(connection, table, bool(update), columns, delete, sentence):
            cursor.execute(statement)


def _on_postgresql(  # noqa: PLR0913, PLR0917 - what freeze takes
    connection: BaseDatabaseWrapper, table: str, update: bool, columns: list[str], delete: bool, sentence: str
) -> Iterator[str]:
    quote = connection.ops.quote_name
    yield _FUNCTION
    kinds = {
        "update": ("UPDATE", "ROW", _differs(columns, quote, "IS DISTINCT FROM"), update),
        "delete": ("DELETE", "ROW", "", delete),
        "truncate": ("TRUNCATE", "STATEMENT", "", delete),
    }
    for kind, (event, level, when, wanted) in kinds.items():
        name = quote(f"{PREFIX}{kind}_{table}")
        if not wanted:
            yield f"DROP TRIGGER IF EXISTS {name} ON {quote(table)}"
            continue
        yield (
            f"CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {quote(table)} FOR EACH {level} {when}"
            f" EXECUTE FUNCTION frozen_refuse({_literal(sentence)})"
        )


def _on_sqlite(  # noqa: PLR0913, PLR0917 - what freeze takes
    connection: BaseDatabaseWrapper, table: str, update: bool, columns: list[str], delete: bool, sentence: str
) -> Iterator[str]:
    quote = connection.ops.quote_name
    refuse = f"SELECT RAISE(ABORT, {_literal(sentence)})"
    kinds = {
        "update": ("UPDATE", _differs(columns, quote, "IS NOT"), refuse, update),
        "delete": ("DELETE", "", refuse, delete),
        # INSERT OR REPLACE takes the place of a row without firing DELETE triggers.
        "replace": ("INSERT", "", f"{refuse} WHERE {_is_there(connection, table)}", update or delete),
    }
    for kind, (event, when, body, wanted) in kinds.items():
        name = quote(f"{PREFIX}{kind}_{table}")
        yield f"DROP TRIGGER IF EXISTS {name}"
        if wanted:
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {quote(table)} FOR EACH ROW {when} BEGIN {body}; END"


def _differs(columns: Iterable[str], quote: object, operator: str) -> str:
    """``WHEN`` one of the columns gets another value; nothing for no columns, which are all of them."""
    pairs = [f"OLD.{quote(column)} {operator} NEW.{quote(column)}" for column in columns]  # type: ignore[operator]
    return f"WHEN ({' OR '.join(pairs)})" if pairs else ""


def _is_there(connection: BaseDatabaseWrapper, table: str) -> str:
    """That a row already has the place of NEW in one of the table's unique indexes (SQLite)."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({quote(table)})")
        keys = [[row[1] for row in cursor.fetchall() if row[5]]]
        cursor.execute(f"PRAGMA index_list({quote(table)})")
        whole = [row[1] for row in cursor.fetchall() if row[2] and not row[4]]  # unique and not partial
        for index in sorted(whole):
            cursor.execute(f"PRAGMA index_info({quote(index)})")
            keys.append([row[2] for row in cursor.fetchall()])
    places = [
        "(" + " AND ".join(f"{quote(column)} = NEW.{quote(column)}" for column in key) + ")"
        for key in keys
        if all(key)  # an index over an expression has no column
    ]
    return f"EXISTS (SELECT 1 FROM {quote(table)} WHERE {' OR '.join(places)})"  # noqa: S608 - names, all quoted


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""Lifts what freezes tables (audit/triggers.py), for tests that tamper and for the flush between tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """No frozen table refuses anything inside; afterwards all of them do again."""
    lift = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with lift(connection):
        yield


@contextmanager
def _on_sqlite(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'frozen_*'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, sql in triggers:
                cursor.execute(
                    f'DROP TRIGGER IF EXISTS "{name}"'
                )  # post_migrate, which a flush sends, has made it anew
                cursor.execute(sql)


@contextmanager
def _on_postgresql(connection: BaseDatabaseWrapper) -> Iterator[None]:
    def alter(what: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # with a check still to do no table can be altered
            for name, table in triggers:
                cursor.execute(f'ALTER TABLE "{table}" {what} TRIGGER "{name}"')
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND tgname LIKE 'frozen%'"
        )
        triggers = cursor.fetchall()
    alter("DISABLE")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            alter("ENABLE")

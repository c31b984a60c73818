"""What was issued, decided or submitted never changes: the database itself refuses, in whatever way it is asked.

Triggers on SQLite and PostgreSQL, made after every ``migrate`` (``apps.py``), since SQLite drops those of a table that a
migration rebuilds. Beside what ``audit.triggers.freeze`` refuses, the rules of ``_RULES``: numbers only grow, nothing is
issued that was not approved, a closed review stays closed, and no file goes that a row names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.triggers import PREFIX, freeze

VERSIONS = "whitepapers_version"

# Neither changed nor deleted. Table → what the database says.
FROZEN = {
    VERSIONS: "発行した版は変更も削除もできません。",
    "whitepapers_artefact": "発行した版のファイルは変更も削除もできません。",
    "whitepapers_withdrawal": "廃止の記録は変更も削除もできません。",
    "whitepapers_earlierissue": "以前の版は変更も削除もできません。",
    "whitepapers_recheck": "最終確認の記録は変更も削除もできません。",
    "whitepapers_decision": "判定は変更も削除もできません。",
}
# Frozen by audit/apps.py; looked for with the others.
AUDIT = ("audit_chain", "audit_entry")
# A review is closed once, all else of it stays. A file is written once, and deleted only while no row names it.
REVIEW = "whitepapers_review"
FILES = "whitepapers_storedfile"
FROZEN_COLUMNS = {
    REVIEW: (
        (
            *("id", "whitepaper_id", "number", "document", "digest"),
            *("message", "submitted_by_id", "submitted_by_name", "submitted_at"),
        ),
        "提出した内容は変更も削除もできません。",
    ),
    FILES: (("id", "name", "content", "size", "created_at"), "保存したファイルは変更できません。"),
}


@dataclass(frozen=True, slots=True)
class _Rule:
    """Refuses ``event`` on ``table`` when ``condition`` (SQL with OLD or NEW) holds."""

    name: str
    table: str
    event: str  # INSERT, UPDATE or DELETE
    condition: str
    sentence: str

    @property
    def trigger(self) -> str:
        return f"{PREFIX}{self.name}"


_RULES = (
    _Rule(
        "numbers_only_grow",
        "whitepapers_version",
        "INSERT",
        "EXISTS (SELECT 1 FROM whitepapers_version WHERE whitepaper_id = NEW.whitepaper_id"
        " AND (major, minor, patch) >= (NEW.major, NEW.minor, NEW.patch))"
        " OR EXISTS (SELECT 1 FROM whitepapers_earlierissue WHERE whitepaper_id = NEW.whitepaper_id"
        " AND (major, minor, patch) >= (NEW.major, NEW.minor, NEW.patch))",
        "版数は、これまでの全ての版より大きくなければなりません。",
    ),
    _Rule(
        "only_what_was_approved_is_issued",
        "whitepapers_version",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM whitepapers_review r JOIN whitepapers_decision d ON d.review_id = r.id"
        " WHERE r.id = NEW.review_id AND r.whitepaper_id = NEW.whitepaper_id AND r.closed_at IS NULL"
        " AND r.number = NEW.number AND r.digest = NEW.digest AND r.document = NEW.document"
        " AND d.capacity = 'approve' AND d.verdict = 'approve' AND d.digest = r.digest)",
        "承認された内容のほかは発行できません。",
    ),
    _Rule(
        "earlier_issues_are_earlier",
        "whitepapers_earlierissue",
        "INSERT",
        "EXISTS (SELECT 1 FROM whitepapers_version WHERE whitepaper_id = NEW.whitepaper_id"
        " AND (major, minor, patch) <= (NEW.major, NEW.minor, NEW.patch))",
        "以前の版の版数は、ここで発行した最初の版より小さくなければなりません。",
    ),
    _Rule(
        "closed_reviews_stay_closed",
        REVIEW,
        "UPDATE",
        "OLD.closed_at IS NOT NULL",
        "終了したレビューは変更できません。",
    ),
    _Rule(
        "a_decision_is_of_what_was_submitted",
        "whitepapers_decision",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM whitepapers_review r WHERE r.id = NEW.review_id AND r.digest = NEW.digest AND r.closed_at IS NULL)",
        "判定は、レビュー中の内容に対してだけ行えます。",
    ),
    _Rule(
        "named_files_stay",
        FILES,
        "DELETE",
        "EXISTS (SELECT 1 FROM whitepapers_artefact WHERE path = OLD.name)"
        " OR EXISTS (SELECT 1 FROM whitepapers_earlierissue WHERE path = OLD.name)",
        "発行した版のファイルは削除できません。",
    ),
)

# What stands in the place of ``freeze`` on PostgreSQL for some columns, and for TRUNCATE without DELETE.
_COLUMN_RULES = tuple(
    _Rule(
        f"update_{table}",
        table,
        "UPDATE",
        " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns),
        sentence,
    )
    for table, (columns, sentence) in FROZEN_COLUMNS.items()
)
_NO_TRUNCATE = (
    f"CREATE OR REPLACE TRIGGER {PREFIX}truncate_{FILES} BEFORE TRUNCATE ON {FILES}"
    " FOR EACH STATEMENT EXECUTE FUNCTION frozen_refuse('保存したファイルは削除できません。')"
)


def freeze_tables(*, using: str, **_rest: object) -> None:
    """Makes, or makes anew, every trigger of this app: what ``post_migrate`` calls. Nothing before its tables exist."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if not {*FROZEN, REVIEW, FILES} <= set(connection.introspection.table_names(cursor)):
            return
    for table, sentence in FROZEN.items():
        freeze(connection, table, sentence=sentence)
    for table, (columns, sentence) in FROZEN_COLUMNS.items():
        # PostgreSQL alters no column that a trigger's WHEN names; a function may name it.
        in_function = connection.vendor == "postgresql"
        freeze(connection, table, update=() if in_function else columns, delete=table == REVIEW, sentence=sentence)
    make = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_NO_TRUNCATE)
        for rule in (*_RULES, *(_COLUMN_RULES if connection.vendor == "postgresql" else ())):
            for statement in make(rule):
                cursor.execute(statement)


def lift_rules(*, using: str, **_rest: object) -> None:
    """Before migrations, what ``pre_migrate`` calls: SQLite rebuilds no table that a trigger of another one reads. They are
    back when the migrations are done."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for rule in _RULES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {rule.trigger}")


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that should be there and are not, or are switched off; all of them when nothing was migrated yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {str(name) for (name,) in cursor.fetchall()}
    return sorted(set(_expected(connection.vendor)) - there)


def _expected(vendor: str) -> Iterator[str]:
    third = "truncate" if vendor == "postgresql" else "replace"
    for table in (*FROZEN, REVIEW, *AUDIT):
        yield from (f"{PREFIX}{kind}_{table}" for kind in ("update", "delete", third))
    yield f"{PREFIX}update_{FILES}"
    yield f"{PREFIX}{third}_{FILES}"
    yield from (rule.trigger for rule in _RULES)


def _on_postgresql(rule: _Rule) -> Iterator[str]:
    # A lock on the paper first: two who insert at once would not see each other's rows.
    lock = "PERFORM 1 FROM whitepapers_whitepaper WHERE id = NEW.whitepaper_id FOR NO KEY UPDATE;"
    numbered = rule.event == "INSERT" and "whitepaper_id = NEW.whitepaper_id" in rule.condition
    returned = "OLD" if rule.event == "DELETE" else "NEW"
    yield (
        f"CREATE OR REPLACE FUNCTION {rule.trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" {lock if numbered else ''}"
        f" IF {rule.condition} THEN"
        f" RAISE EXCEPTION USING MESSAGE = '{rule.sentence}', ERRCODE = 'integrity_constraint_violation';"
        f" END IF; RETURN {returned}; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {rule.trigger} BEFORE {rule.event} ON {rule.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {rule.trigger}()"
    )


def _on_sqlite(rule: _Rule) -> Iterator[str]:
    yield f"DROP TRIGGER IF EXISTS {rule.trigger}"
    yield (
        f"CREATE TRIGGER {rule.trigger} BEFORE {rule.event} ON {rule.table} FOR EACH ROW WHEN ({rule.condition})"
        f" BEGIN SELECT RAISE(ABORT, '{rule.sentence}'); END"
    )

"""What every test may use: one cast, one catalog.

The shipped catalog is loaded once; each test's transaction leaves it as it was. Tests that flush the database come last,
and load it again for themselves.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase

from accounts.models import Provider, User
from accounts.roles import Role
from controls import models
from tests.factories import make_catalog, make_member, make_provider
from tests.lifting import lifted


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory) -> None:
    """SQLite in a file: in memory all threads of the live server would share one connection, and pages that fetch
    while they are open would meet in the middle of each other's transactions."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        make_catalog()


@pytest.fixture(scope="session", autouse=True)
def flushing_frozen_tables() -> Iterator[None]:
    """The flush after a test with transactions of its own may empty the tables that nobody else may."""
    flush = TransactionTestCase._fixture_teardown

    def flush_lifted(self: TransactionTestCase) -> None:
        with lifted(connection):
            flush(self)

    TransactionTestCase._fixture_teardown = flush_lifted
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def nothing_loaded(db) -> None:
    """The database as it is before the first release: for tests of loading, and for those with definitions of their own."""
    for model in (
        *(models.Phrase, models.DisclosurePoint, models.Link, models.Crosswalk, models.FactDefinition),
        *(models.Control, models.Clause, models.Edition, models.Release),
    ):
        rows = model._base_manager.all()
        rows._raw_delete(rows.db)


@pytest.fixture
def provider(db) -> Provider:
    return make_provider("aozora", name="あおぞらクラウド株式会社")


@pytest.fixture
def viewer(provider) -> User:
    return make_member(provider, Role.VIEWER, email="viewer@aozora.example", name="青木 閲覧")


@pytest.fixture
def author(provider) -> User:
    return make_member(provider, Role.AUTHOR, email="author@aozora.example", name="山田 花子")


@pytest.fixture
def reviewer(provider) -> User:
    return make_member(provider, Role.REVIEWER, email="reviewer@aozora.example", name="高橋 確認")


@pytest.fixture
def approver(provider) -> User:
    return make_member(provider, Role.APPROVER, email="approver@aozora.example", name="鈴木 承認")


@pytest.fixture
def admin(provider) -> User:
    return make_member(provider, Role.ADMIN, email="admin@aozora.example", name="佐藤 管理")


@pytest.fixture
def stranger(db) -> User:
    """Admin of another provider."""
    return make_member(make_provider("yugure"), Role.ADMIN, email="admin@yugure.example", name="夕暮 太郎")

"""The shipped catalog is loaded once for all tests here; each test's transaction leaves it as it was."""

import pytest

from controls import models
from tests.factories import make_catalog


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        make_catalog()


@pytest.fixture
def nothing_loaded(db) -> None:
    """For tests of loading: the database as it is before the first release."""
    for model in (
        *(models.Phrase, models.DisclosurePoint, models.Link, models.Crosswalk, models.FactDefinition),
        *(models.Control, models.Clause, models.Edition, models.Release),
    ):
        rows = model._base_manager.all()
        rows._raw_delete(rows.db)

"""Besides the cast of all tests: somebody who signs in with a password."""

import pytest

from accounts.models import User
from tests.factories import make_user

PASSWORD = "kumo-no-ue-no-27017"


@pytest.fixture
def person(db) -> User:
    """Somebody with a password and no provider."""
    return make_user("person@example.com", password=PASSWORD)

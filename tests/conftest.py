"""What every test may use: one cast, one catalog."""

import pytest

from accounts.models import Provider, User
from accounts.roles import Role
from tests.factories import make_catalog, make_member, make_provider


@pytest.fixture
def catalog(db):
    return make_catalog()


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
def admin(provider) -> User:
    return make_member(provider, Role.ADMIN, email="admin@aozora.example", name="佐藤 管理")


@pytest.fixture
def stranger(db) -> User:
    """Admin of another provider."""
    return make_member(make_provider("yugure"), Role.ADMIN, email="admin@yugure.example", name="夕暮 太郎")

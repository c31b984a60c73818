"""Django's admin shows what belongs to a provider and changes none of it: only verbs leave entries in the audit."""

import pytest

from accounts.models import Membership, Provider, User
from tests.factories import make_user


@pytest.fixture
def as_system_admin(client, db):
    client.force_login(make_user("root@example.com", is_staff=True, is_superuser=True))
    return client


def test_providers_and_their_members_are_shown_and_not_changed(as_system_admin, provider, author):
    address = f"/admin/accounts/provider/{provider.pk}/change/"
    shown = as_system_admin.get(address)
    assert shown.status_code == 200
    assert str(author) in shown.content.decode()
    assert as_system_admin.post(address, {"name": "別の会社"}).status_code == 403
    assert as_system_admin.get("/admin/accounts/provider/add/").status_code == 403
    assert as_system_admin.post(f"/admin/accounts/provider/{provider.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Provider.objects.get().name == provider.name
    assert Membership.objects.get().user == author


def test_nobody_is_deleted_but_somebody_may_be_made_inactive(as_system_admin, author):
    assert as_system_admin.post(f"/admin/accounts/user/{author.pk}/delete/", {"post": "yes"}).status_code == 403
    form = {"email": author.email, "name": author.name, "is_staff": ""}
    assert as_system_admin.post(f"/admin/accounts/user/{author.pk}/change/", form).status_code == 302
    assert not User.objects.get(pk=author.pk).is_active

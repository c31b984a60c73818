"""Django's admin shows the catalog and changes nothing of it."""

import pytest
from django.contrib import admin
from django.test import Client

from controls import models
from tests.factories import make_edition, make_user

pytestmark = pytest.mark.django_db

MODELS = [
    *(models.Release, models.Edition, models.Clause, models.Control, models.Crosswalk, models.Link),
    *(models.DisclosurePoint, models.FactDefinition, models.Phrase),
]


@pytest.mark.parametrize("model", MODELS)
def test_catalog_rows_are_shown_but_never_changed(client: Client, model: type[models.models.Model]) -> None:
    make_edition()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    name = model._meta.model_name
    row = model._default_manager.first()
    assert row is not None
    assert client.get(f"/admin/controls/{name}/").status_code == 200
    assert client.get(f"/admin/controls/{name}/{row.pk}/change/").status_code == 200
    assert client.get(f"/admin/controls/{name}/add/").status_code == 403
    assert client.post(f"/admin/controls/{name}/{row.pk}/change/", {}).status_code == 403
    assert client.post(f"/admin/controls/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.site.is_registered(model)

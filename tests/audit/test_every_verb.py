"""Every verb leaves its entry, in its own transaction and as the last thing it does (promise 9)."""

from collections import Counter

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit import log as logging
from audit.models import Entry
from audit.verifying import verify
from tests.audit.verbs import NO_VERBS, VERBS, World, functions

pytestmark = pytest.mark.django_db

UNNAMED = {"accounts.inviting.accept", "accounts.inviting.accept_with_new_account"}  # the person is who accepts


def test_every_function_that_is_told_who_asks_is_in_the_table():
    assert set(functions()) | UNNAMED == VERBS.keys() | NO_VERBS.keys()


@pytest.mark.parametrize("name", VERBS)
def test_it_leaves_its_entries_and_nothing_after_them(name):
    verb = VERBS[name]
    act = verb.set_up(World())
    before = Entry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        act()
    new = Entry.objects.order_by("pk")[before:]
    assert {entry.action for entry in new} == set(verb.actions)
    if not {"fact.stated", "paper.imported"} & set(verb.actions):  # those log each fact
        assert Counter(entry.action for entry in new) == Counter(verb.actions)
    assert all(entry.sentence() for entry in new)
    statements = [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert statements[-1].startswith('UPDATE "audit_chain"')
    assert verify() == []


@pytest.mark.parametrize("name", VERBS)
def test_without_its_entry_nothing_happens(name, monkeypatch):
    """The entry cannot be written: what the verb did must be gone too."""
    act = VERBS[name].set_up(World())
    before = snapshot()

    def fail(_entry):
        raise OSError("the entry cannot be written")

    monkeypatch.setattr(logging, "digest_of", fail)
    with pytest.raises(Exception, match=r"the entry cannot be written|もう一度"):
        act()
    assert snapshot() == before


def snapshot() -> dict[str, list[tuple]]:
    """Every row there is, but files: those are written first, and swept when nothing names them."""
    models = [model for app in ("accounts", "whitepapers", "audit") for model in apps.get_app_config(app).get_models()]
    return {
        model.__name__: sorted(map(repr, model._base_manager.values_list()))
        for model in models
        if model.__name__ != "StoredFile"
    }

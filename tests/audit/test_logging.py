"""What an entry says, and that it belongs to the transaction of what it tells."""

import json

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import ACTIONS, GROUPS, UnknownAction, actions_of, group_of, names_in, sentence
from audit.log import Event, Subject, log, log_all
from audit.models import Chain, Entry
from audit.verifying import verify

PAPER = Subject("paper", 7, "白書", paper=7)


def test_an_entry_outside_a_transaction_is_refused(transactional_db, django_user_model):
    from tests.factories import make_provider

    with pytest.raises(transaction.TransactionManagementError):
        log("paper.archived", PAPER, by=None, provider=make_provider())
    assert not Entry.objects.exists()


def test_it_says_who_did_what_to_what(provider, author):
    before = timezone.now()
    entry = log("paper.copied", PAPER, by=author, provider=provider, source="元の白書", source_id=3)
    again = Entry.objects.get(pk=entry.pk)
    assert (again.number, again.action, again.by_id, again.by_name) == (1, "paper.copied", author.pk, "山田 花子")
    assert (again.subject_kind, again.subject_id, again.subject, again.paper_id) == ("paper", 7, "白書", 7)
    assert again.data == {"source": "元の白書", "source_id": 3}
    assert again.sentence() == "「元の白書」をコピーして、ペーパー「白書」を作成しました。"
    assert before <= again.at <= timezone.now()


def test_a_person_who_goes_stays_in_the_entry_by_name(provider, author):
    log("paper.archived", PAPER, by=author, provider=provider)
    User.objects.filter(pk=author.pk).delete()
    entry = Entry.objects.get()
    assert entry.by_name == "山田 花子"
    assert verify() == []


def test_a_command_is_told_as_one(provider):
    entry = log("paper.archived", PAPER, by=None, provider=provider)
    assert (entry.by_id, entry.by_name) == (None, "コマンド")


def test_each_provider_has_a_chain_of_its_own(provider, stranger):
    other = stranger.providers.get()
    entries = [log("paper.archived", PAPER, by=None, provider=each) for each in (provider, other, provider)]
    assert [entry.number for entry in entries] == [1, 1, 2]
    assert entries[2].previous == entries[0].digest
    assert entries[0].previous == entries[1].previous == ""
    assert Chain.objects.get(provider=provider).digest == entries[2].digest


def test_many_at_once_ask_as_much_as_one(provider, django_assert_num_queries):
    log("paper.archived", PAPER, by=None, provider=provider)
    with django_assert_num_queries(3):
        log_all([Event("paper.archived", PAPER)] * 50, by=None, provider=provider)
    assert Chain.objects.get().length == 51
    assert verify() == []


def test_nothing_to_log_asks_nothing(provider, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert log_all([], by=None, provider=provider) == []


@pytest.mark.parametrize(
    ("action", "data"), [("paper.exploded", {}), ("paper.copied", {}), ("paper.copied", {"from": "元"})]
)
def test_what_cannot_be_told_is_a_mistake_of_the_caller(provider, action, data):
    with pytest.raises(UnknownAction):
        log(action, PAPER, by=None, provider=provider, **data)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("value", [1.5, {1.5}, object(), float("nan"), b"bytes"])
def test_only_what_both_databases_give_back_alike_is_data(provider, value):
    with pytest.raises(TypeError):
        log("paper.archived", PAPER, by=None, provider=provider, value=[value])


def test_data_comes_back_as_it_was_logged(provider):
    data = {"b": [1, -(2**60), None, True, {"ん": ["𠮷", '"\\', ""]}], "a": {"2": "x", "10": "y"}}
    entry = log("paper.archived", PAPER, by=None, provider=provider, **data)
    assert json.dumps(Entry.objects.get(pk=entry.pk).data, sort_keys=True) == json.dumps(data, sort_keys=True)
    assert verify() == []


# --- The vocabulary


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_group_and_a_sentence(action):
    assert group_of(action) in GROUPS
    told = sentence(action, "対象", {name: f"<{name}>" for name in names_in(action)})
    assert "対象" in told
    assert told.endswith(("。", "）。"))
    assert all(f"<{name}>" in told for name in names_in(action) - {"subject"})
    assert len(action) <= Entry._meta.get_field("action").max_length


def test_no_two_actions_are_told_alike():
    assert len(set(ACTIONS.values())) == len(ACTIONS)


def test_every_group_has_actions():
    assert all(actions_of(group) for group in GROUPS)


def test_a_sentence_says_nothing_for_nothing_and_cuts_what_is_long():
    data = {"before": None, "after": "長" * 500}
    told = sentence("fact.stated", "保持期間", data)
    assert told == f"事実「保持期間」を「（なし）」から「{'長' * 120}…」に変更しました。"


def test_braces_in_a_name_are_only_text():
    assert "{subject.__class__}" in sentence("paper.archived", "{subject.__class__}", {})


def test_an_action_of_another_release_is_still_shown():
    assert sentence("paper.folded", "白書", {}) == "paper.folded 白書"

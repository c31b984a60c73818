"""Stating facts, retracting and confirming them; two people at once."""

import datetime

import pytest
from django.utils import timezone

from tests.factories import make_definition, make_fact, make_provider, make_service
from whitepapers.models import Fact, Location
from whitepapers.offering import archive_service
from whitepapers.stating import (
    KEEP,
    CannotState,
    Change,
    Stated,
    confirm,
    fingerprint,
    retract,
    seen,
    state,
    state_many,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_loaded")]

WEEK = {"value": 7, "unit": "day"}
MONTH = {"value": 1, "unit": "month"}


@pytest.fixture
def service(provider):
    make_definition("retention")
    make_definition("frequency", {"kind": "text"})
    return make_service(provider)


@pytest.fixture
def tokyo(provider, service):
    tokyo = Location.objects.create(provider=provider, name="東京")
    service.locations.add(tokyo)
    return tokyo


def test_stating_parses_confirms_and_notes(provider, service, author):
    fact = state(provider, "retention", "７日", service=service, source_note="運用手順書 3.2", by=author)
    assert (fact.value, fact.source_note, fact.confirmed_by) == (WEEK, "運用手順書 3.2", author)
    assert timezone.now() - fact.confirmed_at < datetime.timedelta(minutes=1)


def test_each_place_has_a_value_of_its_own(provider, service, tokyo, author):
    places = [{}, {"service": service}, {"location": tokyo}, {"service": service, "location": tokyo}]
    for days, place in enumerate(places, start=1):
        state(provider, "retention", f"{days}日", **place, by=author)
    stated = {(fact.service_id, fact.location_id): fact.value["value"] for fact in Fact.objects.all()}
    assert stated == {(None, None): 1, (service.pk, None): 2, (None, tokyo.pk): 3, (service.pk, tokyo.pk): 4}


def test_stating_again_keeps_one_row_and_its_note(provider, service, author):
    state(provider, "retention", WEEK, service=service, source_note="手順書", by=author)
    state(provider, "retention", MONTH, service=service, by=author)
    fact = Fact.objects.get()
    assert (fact.value, fact.source_note) == (MONTH, "手順書")


def test_a_value_that_does_not_fit_is_refused_with_a_sentence(provider, service, author):
    with pytest.raises(CannotState, match="期間は整数と単位"):
        state(provider, "retention", "そのうち", by=author)
    with pytest.raises(CannotState, match="値が入力されていません"):
        state(provider, "retention", None, by=author)
    assert not Fact.objects.exists()


def test_only_defined_facts_are_stated(provider, service, author):
    with pytest.raises(CannotState, match="「shoe_size」という事実は定義されていません"):
        state(provider, "shoe_size", "27", by=author)


def test_the_places_of_another_provider_are_out_of_reach(provider, service, tokyo, author):
    other = make_provider()
    with pytest.raises(CannotState, match="このサービスは登録されていません"):
        state(other, "retention", WEEK, service=service, by=author)
    with pytest.raises(CannotState, match="この拠点は登録されていません"):
        state(other, "retention", WEEK, location=tokyo, by=author)
    with pytest.raises(CannotState, match="この拠点は登録されていません"):
        state(provider, "retention", WEEK, service=make_service(provider), location=tokyo, by=author)


def test_an_archived_service_states_nothing(provider, service, author):
    archive_service(service, by=author)
    with pytest.raises(CannotState, match="保管中"):
        state(provider, "retention", WEEK, service=service, by=author)


def test_retracting_takes_only_this_place_back(provider, service, author):
    make_fact(provider, "retention", MONTH)
    make_fact(provider, "retention", WEEK, service=service)
    assert retract(provider, "retention", service=service, by=author) is True
    assert retract(provider, "retention", service=service, by=author) is False
    assert Fact.objects.get().service is None


def test_confirming_notes_who_and_when_and_nothing_else(provider, service, author, admin):
    state(provider, "retention", WEEK, by=author)
    assert confirm(provider, "retention", by=admin).confirmed_by == admin
    assert Fact.objects.get().value == WEEK


def test_what_is_not_stated_cannot_be_confirmed(provider, service, author):
    make_fact(provider, "retention", WEEK)
    with pytest.raises(CannotState, match="まだ値がない"):
        confirm(provider, "retention", service=service, by=author)


def test_a_change_that_says_what_is_there_is_none(provider, service, author):
    fact = make_fact(provider, "retention", WEEK)
    assert state_many(provider, [Change("retention", value="7日", source_note="")], by=author) == Stated()
    assert Fact.objects.get().updated_at == fact.updated_at


def test_many_are_counted_by_what_happened(provider, service, author):
    make_definition("purpose", {"kind": "text"})
    make_fact(provider, "frequency", "毎日")
    make_fact(provider, "purpose", "復旧")
    changes = [Change("retention", value=WEEK), Change("frequency", value=None), Change("purpose", confirm=True)]
    assert state_many(provider, changes, by=author) == Stated(changed=1, retracted=1, confirmed=1)


def test_one_bad_value_and_nothing_is_written(provider, service, author):
    with pytest.raises(CannotState):
        state_many(provider, [Change("frequency", value="毎日"), Change("retention", value="そのうち")], by=author)
    assert not Fact.objects.exists()


def test_a_note_needs_a_value(provider, service, author):
    with pytest.raises(CannotState, match="根拠メモは、値を入力すると"):
        state_many(provider, [Change("retention", source_note="手順書")], by=author)
    with pytest.raises(CannotState, match="2,000文字以内"):
        state(provider, "retention", WEEK, source_note="あ" * 2001, by=author)
    with pytest.raises(CannotState, match="2行目に使用できない制御文字（U\\+0007）"):
        state(provider, "retention", WEEK, source_note="手順書\n\x07", by=author)


def test_the_second_of_two_people_is_told(provider, service, author, admin):
    before = seen(state(provider, "retention", "14日", by=author))
    state(provider, "retention", MONTH, by=admin)
    mine = Change("retention", value=WEEK, seen=before)
    with pytest.raises(CannotState, match="ほかの人が先に変更") as refused:
        state_many(provider, [mine, Change("frequency", value="毎日")], by=author)
    ((change, now),) = refused.value.conflicts
    assert (change, now.value, now.confirmed_by) == (mine, MONTH, admin)
    assert Fact.objects.get().value == MONTH  # and the other change waits with it


@pytest.mark.parametrize("mine", [Change("retention", value=None), Change("retention", confirm=True)])
def test_retracting_or_confirming_what_one_has_not_seen_is_refused(provider, service, author, mine):
    fact = make_fact(provider, "retention", WEEK)
    before = seen(fact)
    state(provider, "retention", MONTH, by=author)
    with pytest.raises(CannotState):
        state_many(provider, [Change("retention", value=mine.value, confirm=mine.confirm, seen=before)], by=author)
    assert Fact.objects.get().value == MONTH


def test_two_people_who_say_the_same_do_not_quarrel(provider, service, author):
    before = seen(None)
    state(provider, "retention", WEEK, by=author)
    assert state_many(provider, [Change("retention", value=WEEK, seen=before)], by=author) == Stated()


def test_the_value_and_its_note_change_apart(provider, service, author):
    before = seen(make_fact(provider, "retention", WEEK, source_note="手順書"))
    state_many(provider, [Change("retention", value=MONTH, seen=before)], by=author)
    state_many(provider, [Change("retention", value=KEEP, source_note="契約書", seen=before)], by=author)
    fact = Fact.objects.get()
    assert (fact.value, fact.source_note) == (MONTH, "契約書")


def test_a_fingerprint_ignores_the_order_of_keys_only():
    assert fingerprint({"value": 7, "unit": "day"}) == fingerprint({"unit": "day", "value": 7})
    assert len({fingerprint(value) for value in (None, True, 1, "1", ["1"], False, 0)}) == 7

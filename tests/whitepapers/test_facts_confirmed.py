"""要確認: what a service takes over from its provider, or what was copied, until somebody says that it holds."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Chain
from tests.factories import make_definition, make_fact, make_provider, make_service, make_user
from tests.whitepapers.test_facts_page import save, shown
from whitepapers.confirmations import inherited, unconfirmed_counts
from whitepapers.models import Fact, FactConfirmation, Location
from whitepapers.offering import archive_service
from whitepapers.stating import CannotState, Change, state_many

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_loaded")]

WEEK, MONTH = {"value": 7, "unit": "day"}, {"value": 1, "unit": "month"}
BOX = "共通の値がこのサービスでも正しいことを確認しました"


@pytest.fixture
def service(provider):
    make_definition("retention")
    return make_service(provider, "あおぞら会計")


@pytest.fixture
def page(service) -> str:
    return f"/services/{service.pk}/facts/"


@pytest.fixture
def as_author(client, author):
    client.force_login(author)
    return client


def state_for_all(provider, value=WEEK, name="retention", **place):
    return make_fact(provider, name, value, confirmed_at=timezone.now(), **place)


def html_of(client, page) -> str:
    return client.get(page).content.decode()


def test_a_value_taken_over_is_to_be_confirmed_here(as_author, provider, service, page, author):
    state_for_all(provider)
    html = html_of(as_author, page)
    assert "要確認</span>" in html
    assert BOX in html
    html = save(as_author, page, i_retention="on").content.decode()
    assert "1件を確認済みにしました。" in html
    assert "要確認</span>" not in html
    assert "山田 花子さんがこのサービスで確認" in html
    assert FactConfirmation.objects.get().by == author
    assert Fact.objects.get().service is None


def test_another_service_still_has_to_confirm_it(as_author, provider, service, page):
    state_for_all(provider)
    save(as_author, page, i_retention="on")
    other = make_service(provider)
    assert unconfirmed_counts(provider) == {other.pk: 1}


def test_a_confirmation_counts_for_its_value_only(as_author, provider, service, page):
    fact = state_for_all(provider)
    save(as_author, page, i_retention="on")
    fact.value = MONTH
    fact.save()
    assert unconfirmed_counts(provider) == {service.pk: 1}
    assert "要確認</span>" in html_of(as_author, page)
    save(as_author, page, i_retention="on")
    assert unconfirmed_counts(provider) == {}
    assert FactConfirmation.objects.count() == 1


def test_what_was_not_seen_is_not_confirmed(as_author, provider, service, page):
    fact = state_for_all(provider)
    data = shown(as_author, page)
    Fact.objects.filter(pk=fact.pk).update(value=MONTH)
    html = save(as_author, page, data, i_retention="on").content.decode()
    assert "確認した共通の値を、ほかの人が先に変更しました。" in html
    assert "共通：1か月" in html
    assert not FactConfirmation.objects.exists()
    save(as_author, page, i_retention="on")
    assert unconfirmed_counts(provider) == {}


def test_all_on_the_page_are_confirmed_at_once(as_author, provider, service, page):
    for name in ("one", "two", "three"):
        make_definition(name, {"kind": "text"})
    state_for_all(provider)
    state_for_all(provider, "値", "one")
    make_fact(provider, "two", "値", service=service)
    html = save(as_author, page, confirm_all="1").content.decode()
    assert "3件を確認済みにしました。" in html
    assert unconfirmed_counts(provider) == {}


def test_a_copied_value_is_to_be_confirmed(as_author, provider, service, page):
    make_fact(provider, "retention", WEEK, service=service)
    assert "要確認</span>" in html_of(as_author, page)
    assert unconfirmed_counts(provider) == {service.pk: 1}
    save(as_author, page, c_retention="on")
    assert unconfirmed_counts(provider) == {}


def test_a_value_of_ones_own_needs_no_confirmation_of_the_common_one(as_author, provider, service, page):
    state_for_all(provider)
    save(as_author, page, f_retention="14")
    assert unconfirmed_counts(provider) == {}
    assert BOX not in html_of(as_author, page)


def test_what_a_location_takes_over_counts_too(as_author, provider, service, page):
    tokyo = Location.objects.create(provider=provider, name="東京")
    service.locations.add(tokyo)
    make_definition("place", owner="location")
    common = state_for_all(provider, WEEK, "place", location=tokyo)
    assert unconfirmed_counts(provider) == {service.pk: 1}
    save(as_author, page, i_place="on")
    assert unconfirmed_counts(provider) == {}
    common.value = MONTH
    common.save()
    assert unconfirmed_counts(provider) == {service.pk: 1}
    state_for_all(provider, WEEK, "place", service=service, location=tokyo)
    assert unconfirmed_counts(provider) == {}


def test_only_what_is_to_be_confirmed(as_author, provider, service, page):
    make_definition("other", {"kind": "text"})
    make_definition("empty", {"kind": "text"})
    state_for_all(provider)
    state_for_all(provider, "値", "other", service=service)
    data = shown(as_author, f"{page}?only=unconfirmed")
    assert {name for name in data if name.startswith("f_")} == {"f_retention", "f_retention-unit"}
    html = save(as_author, f"{page}?only=unconfirmed", i_retention="on").content.decode()
    assert "確認の必要な事実はありません" in html


def test_the_provider_has_only_values_of_its_own_to_confirm(as_author, provider, service):
    make_fact(provider, "retention", WEEK)
    assert unconfirmed_counts(provider)[None] == 1
    html = html_of(as_author, "/p/aozora/facts/?only=unconfirmed")
    assert "要確認</span>" in html
    assert BOX not in html


def test_home_counts_them(as_author, provider, service):
    state_for_all(provider)
    make_fact(provider, "undefined", 1)
    archive_service(make_service(provider, "旧サービス"), by=make_user())
    html = html_of(as_author, "/")
    assert f'href="/services/{service.pk}/facts/?only=unconfirmed"' in html
    assert "要確認の事実" in html
    assert "/p/aozora/facts/?only=unconfirmed" not in html


def test_a_viewer_sees_and_does_not_confirm(client, viewer, provider, service, page):
    state_for_all(provider)
    client.force_login(viewer)
    html = html_of(client, page)
    assert "要確認</span>" in html
    assert BOX not in html
    assert client.post(page, {"i_retention": "on", "d_retention": "..", "s_retention": "x"}).status_code == 403


def test_a_confirmation_of_another_value_is_refused(provider, service, author):
    state_for_all(provider)
    with pytest.raises(CannotState, match="共通の値"):
        state_many(provider, [Change("retention", inherited="0" * 64)], service=service, by=author)


def test_the_digest_is_of_what_is_taken_over():
    assert inherited({}, []) == ""
    assert inherited({(True, None): 7, (False, None): 3}, []) == ""
    assert (
        inherited({(False, None): 3}, []) == inherited({(False, None): 3}, [1, 2]) != inherited({(False, None): 4}, [])
    )
    assert inherited({(False, None): 3, (False, 1): 4}, [1]) != inherited({(False, None): 3, (False, 1): 5}, [1])
    assert inherited({(False, None): 3, (False, 1): 4}, []) == inherited({(False, None): 3}, [])
    assert inherited({(False, 1): {"a": 1, "b": 2}}, [1]) == inherited({(False, 1): {"b": 2, "a": 1}}, [1])
    assert len(inherited({(False, None): 3}, [])) == 64


def queries(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_services_or_facts(as_author, provider, service, page):
    def measured() -> tuple[int, int, int]:
        data = shown(as_author, page)
        acts = (
            lambda: unconfirmed_counts(provider),
            lambda: as_author.get(page),
            lambda: save(as_author, page, data, confirm_all="1"),
        )
        return tuple(queries(act) for act in acts)

    state_for_all(provider)
    Chain.objects.create(provider=provider)  # which the first audit entry would make
    as_author.get(page)
    few = measured()
    for number in range(5):
        make_definition(f"fact{number}", {"kind": "text"})
        state_for_all(provider, "値", f"fact{number}")
        other = make_service(provider)
        other.locations.add(Location.objects.create(provider=provider, name=f"拠点{number}"))
        make_fact(make_provider(), "retention", WEEK)
    assert measured() == few
    assert unconfirmed_counts(provider)[other.pk] == 6

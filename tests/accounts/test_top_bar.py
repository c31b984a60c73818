"""What the top bar knows: the current provider, the role, the active item."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.urls import resolve

from accounts.context import nav_section, standing
from accounts.models import Membership
from accounts.roles import Role
from tests.factories import make_provider, make_user


@pytest.fixture
def request_of(rf):
    def make(user, path="/", session=None):
        request = rf.get(path)
        request.user, request.session = user, session or {}
        request.resolver_match = resolve(path) if path != "/" else None
        return request

    return make


@pytest.fixture
def two_providers(provider, author):
    """The author is admin of a second one, whose name comes later."""
    other = make_provider("yugure", name="ん夕暮株式会社")
    Membership.objects.create(provider=other, user=author, role=Role.ADMIN)
    return provider, other


def test_nothing_for_somebody_who_has_not_signed_in(request_of, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert standing(request_of(AnonymousUser())) == {}


def test_nothing_is_asked_before_it_is_shown(request_of, author, django_assert_num_queries):
    with django_assert_num_queries(0):
        standing(request_of(author))


def test_everything_together_is_one_query(request_of, two_providers, author, django_assert_num_queries):
    with django_assert_num_queries(1):
        shown = {key: str(value) for key, value in standing(request_of(author)).items()}
    assert shown["current_provider"] == "あおぞらクラウド株式会社"


def test_the_first_membership_is_the_default(request_of, two_providers, author):
    values = standing(request_of(author))
    assert values["current_provider"].slug == "aozora"
    assert values["current_role"] == "author"
    assert values["current_role_label"] == "作成者"
    assert not values["may_manage_people"]
    assert [p.slug for p in values["other_providers"]] == ["yugure"]


def test_the_session_remembers_another(request_of, two_providers, author):
    values = standing(request_of(author, session={"provider": "yugure"}))
    assert values["current_provider"].slug == "yugure"
    assert values["may_manage_people"]


def test_the_address_goes_before_the_session(request_of, two_providers, author):
    values = standing(request_of(author, "/p/aozora/people/", {"provider": "yugure"}))
    assert values["current_provider"].slug == "aozora"


def test_a_provider_of_strangers_in_address_and_session_is_ignored(request_of, author):
    make_provider("secret")
    values = standing(request_of(author, "/p/secret/people/", {"provider": "secret"}))
    assert values["current_provider"].slug == "aozora"


def test_somebody_without_a_provider_sees_a_bar_all_the_same(client, db):
    user = make_user(password=None)
    client.force_login(user)
    assert client.get("/accounts/password/set/").status_code == 200


def test_switching_remembers_the_provider(client, two_providers, author):
    client.force_login(author)
    assert client.post("/switch-provider/", {"provider": "yugure"}).url == "/"
    assert client.session["provider"] == "yugure"


def test_switching_to_a_provider_of_strangers_is_404(client, author, stranger):
    client.force_login(author)
    assert client.post("/switch-provider/", {"provider": "yugure"}).status_code == 404
    assert client.post("/switch-provider/").status_code == 404
    assert client.get("/switch-provider/").status_code == 405


def test_the_bar_marks_where_we_are_and_hides_what_only_admins_open(client, admin, author):
    client.force_login(admin)
    html = client.get("/p/aozora/people/").content.decode()
    assert '<a href="/p/aozora/people/" aria-current="page">利用者</a>' in html
    client.force_login(author)
    html = client.get("/accounts/password/set/").content.decode()
    assert "/p/aozora/people/" not in html


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/", "home"),
        ("/p/aozora/services/", "services"),
        ("/services/3/facts/", "services"),
        ("/p/aozora/facts/", "facts"),
        ("/papers/7/sections/2/", "papers"),
        ("/catalog/", "catalog"),
        ("/p/aozora/", "home"),
    ],
)
def test_the_part_of_the_site_is_read_from_the_address(path, section):
    assert nav_section(path) == section


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_stand_alone(code):
    html = render_to_string(f"{code}.html")
    assert "白書" in html
    assert code[:3] in html
    assert "Traceback" not in html


def test_an_error_shows_no_trace(client, author, settings, monkeypatch):
    def break_(*args, **kwargs):
        raise RuntimeError("the secret of the trace")

    monkeypatch.setattr("accounts.views.provider_for", break_)
    client.raise_request_exception = False
    client.force_login(author)
    response = client.post("/switch-provider/", {"provider": "aozora"})
    assert response.status_code == 500
    assert "secret" not in response.content.decode()
    assert "エラーが起きました" in response.content.decode()

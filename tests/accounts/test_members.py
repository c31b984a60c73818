"""Roles of members, removing them, and who may open the pages."""

import pytest

from accounts.access import membership_for, provider_for
from accounts.changing_members import CannotChangeMember, change_role, remove
from accounts.models import Membership
from accounts.roles import DESCRIPTIONS, VERBS, Role, may
from tests.factories import make_member, make_user


def membership(user) -> Membership:
    return user.memberships.get()


@pytest.mark.parametrize(
    ("verb", "allowed"),
    [
        ("read", ["viewer", "author", "reviewer", "approver", "admin"]),
        ("write", ["author", "reviewer", "approver", "admin"]),
        ("manage_services", ["author", "reviewer", "approver", "admin"]),
        ("comment", ["author", "reviewer", "approver", "admin"]),
        ("submit", ["author", "reviewer", "approver", "admin"]),
        ("check", ["reviewer", "approver", "admin"]),
        ("waive", ["reviewer", "approver", "admin"]),
        ("approve", ["approver", "admin"]),
        ("issue", ["approver", "admin"]),
        ("read_audit", ["admin"]),
        ("manage_people", ["admin"]),
        ("manage_provider", ["admin"]),
    ],
)
def test_the_table_of_roles(verb, allowed):
    assert [role.value for role in Role if may(role, verb)] == allowed


def test_the_table_above_is_complete():
    assert set(VERBS) == {
        *("read", "write", "manage_services", "comment", "submit", "check", "waive", "approve", "issue"),
        *("read_audit", "manage_people", "manage_provider"),
    }
    assert set(DESCRIPTIONS) == set(Role)


def test_an_unknown_verb_is_an_error_and_never_a_yes():
    with pytest.raises(KeyError):
        may(Role.ADMIN, "fly")


PAGES = ["/p/aozora/people/", "/p/aozora/settings/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_gets_404(client, provider, stranger, page):
    client.force_login(stranger)
    response = client.get(page)
    assert response.status_code == 404
    assert "あおぞら" not in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUTHOR, Role.REVIEWER, Role.APPROVER])
def test_a_member_whose_role_is_too_low_gets_403(client, provider, page, role):
    client.force_login(make_member(provider, role))
    response = client.get(page)
    assert response.status_code == 403
    assert "権限がありません" in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_an_admin_opens_the_page(client, admin, page):
    client.force_login(admin)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("verb", ["role", "remove"])
def test_members_of_another_provider_are_out_of_reach(client, author, stranger, verb):
    client.force_login(stranger)
    pk = membership(author).pk
    assert client.post(f"/p/aozora/people/{pk}/{verb}/", {"role": "viewer"}).status_code == 404
    assert client.post(f"/p/yugure/people/{pk}/{verb}/", {"role": "viewer"}).status_code == 404
    assert membership(author).role == Role.AUTHOR


@pytest.mark.parametrize("verb", ["role", "remove"])
def test_a_member_cannot_change_members(client, author, admin, verb):
    client.force_login(author)
    response = client.post(f"/p/aozora/people/{membership(author).pk}/{verb}/", {"role": "admin"})
    assert response.status_code == 403
    assert membership(author).role == Role.AUTHOR


def test_an_admin_changes_a_role(client, admin, author):
    client.force_login(admin)
    response = client.post(f"/p/aozora/people/{membership(author).pk}/role/", {"role": "approver"})
    assert response.url == "/p/aozora/people/"
    assert membership(author).role == Role.APPROVER


def test_an_unknown_role_changes_nothing(client, admin, author):
    client.force_login(admin)
    client.post(f"/p/aozora/people/{membership(author).pk}/role/", {"role": "owner"})
    assert membership(author).role == Role.AUTHOR


def test_removing_asks_first(client, admin, author):
    client.force_login(admin)
    page = f"/p/aozora/people/{membership(author).pk}/remove/"
    assert "山田 花子さんを外しますか" in client.get(page).content.decode()
    assert author.memberships.exists()
    assert client.post(page).url == "/p/aozora/people/"
    assert not author.memberships.exists()


def test_a_removed_member_sees_nothing_any_more(client, provider, admin, author):
    client.force_login(author)
    remove(membership(author), by=admin)
    assert client.get("/p/aozora/people/").status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.APPROVER])
def test_the_last_admin_is_not_demoted(client, admin, author, role):
    client.force_login(admin)
    client.post(f"/p/aozora/people/{membership(admin).pk}/role/", {"role": role})
    assert membership(admin).role == Role.ADMIN
    assert "最後の管理者" in client.get("/p/aozora/people/").content.decode()


def test_the_last_admin_is_not_removed(client, admin, author):
    client.force_login(admin)
    client.post(f"/p/aozora/people/{membership(admin).pk}/remove/")
    assert membership(admin).role == Role.ADMIN


def test_an_admin_whose_account_is_stopped_does_not_count(provider, admin):
    make_member(provider, Role.ADMIN, is_active=False)
    with pytest.raises(CannotChangeMember, match="最後の管理者"):
        remove(membership(admin), by=admin)


def test_an_admin_of_another_provider_does_not_count(admin, stranger):
    with pytest.raises(CannotChangeMember, match="最後の管理者"):
        change_role(membership(admin), role=Role.VIEWER, by=admin)


def test_one_of_two_admins_may_step_down_and_lands_on_the_home_page(client, provider, admin):
    make_member(provider, Role.ADMIN)
    client.force_login(admin)
    response = client.post(f"/p/aozora/people/{membership(admin).pk}/role/", {"role": "author"})
    assert response.url == "/"
    assert membership(admin).role == Role.AUTHOR


def test_two_admins_who_demote_each_other_leave_one(provider, admin):
    """Both rows were read before either changed: the guard reads them again."""
    other = make_member(provider, Role.ADMIN)
    first, second = membership(admin), membership(other)
    change_role(second, role=Role.VIEWER, by=admin)
    with pytest.raises(CannotChangeMember):
        change_role(first, role=Role.VIEWER, by=other)
    assert membership(admin).role == Role.ADMIN


def test_nobody_raises_their_own_role(author, admin):
    with pytest.raises(CannotChangeMember, match="権限"):
        change_role(membership(author), role=Role.ADMIN, by=author)


def test_somebody_who_is_gone_already_is_not_changed(author, admin):
    gone = membership(author)
    remove(gone, by=admin)
    with pytest.raises(CannotChangeMember, match="すでに外されています"):
        change_role(Membership(pk=999, provider=gone.provider), role=Role.VIEWER, by=admin)


def test_the_people_page_asks_the_same_number_of_queries_for_many_members(
    client, provider, admin, django_assert_max_num_queries
):
    client.force_login(admin)
    client.get("/p/aozora/people/")
    for _n in range(20):
        make_member(provider)
    with django_assert_max_num_queries(6):
        client.get("/p/aozora/people/")


def test_the_settings_are_saved(client, provider, admin):
    client.force_login(admin)
    values = {
        "name": "青空株式会社",
        "self_reference": "弊社",
        "customer_term": "お客さま",
        "conjunction": "および",
        "address": "東京都",
    }
    assert client.post("/p/aozora/settings/", values).url == "/p/aozora/settings/"
    provider.refresh_from_db()
    assert {field: getattr(provider, field) for field in values} == values


def test_settings_without_a_name_are_refused(client, provider, admin):
    client.force_login(admin)
    response = client.post("/p/aozora/settings/", {"name": "", "self_reference": "弊社"})
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()
    provider.refresh_from_db()
    assert provider.name == "あおぞらクラウド株式会社"


def test_membership_for_is_one_query(provider, author, stranger, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert membership_for(author, provider).role == Role.AUTHOR
    with django_assert_num_queries(1):
        assert membership_for(stranger, provider.pk) is None


def test_nobody_is_a_member_without_signing_in_or_when_stopped(provider, author):
    from django.contrib.auth.models import AnonymousUser

    author.is_active = False
    assert membership_for(AnonymousUser(), provider) is None
    assert membership_for(author, provider) is None


def test_provider_for_is_one_query(rf, provider, author, django_assert_num_queries):
    request = rf.get("/")
    request.user, request.session = author, {}
    with django_assert_num_queries(1):
        assert provider_for(request, "aozora", "write") == provider
    assert request.session == {"provider": "aozora"}


def test_a_provider_without_members_is_nobody_s(rf, provider):
    from django.contrib.auth.models import AnonymousUser
    from django.http import Http404

    request = rf.get("/")
    request.session = {}
    for request.user in (AnonymousUser(), make_user()):
        with pytest.raises(Http404):
            provider_for(request, "aozora", "read")

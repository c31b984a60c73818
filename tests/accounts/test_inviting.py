"""The life of an invitation."""

import re
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.inviting import CannotInvite, accept, accept_with_new_account, hash_of, invite, resend, withdraw
from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from tests.factories import make_member, make_provider, make_user

from .conftest import PASSWORD

NEW = "new@example.com"
ACCOUNT = {"name": "新田 新", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def invitation(provider, admin) -> Invitation:
    return invite(provider, email=NEW, role=Role.AUTHOR, by=admin)


def link() -> str:
    """The path of the link in the newest mail."""
    (url,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", mail.outbox[-1].body)
    return url


def token() -> str:
    return link().split("/")[2]


def age(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_an_admin_invites_from_the_people_page(client, provider, admin):
    client.force_login(admin)
    response = client.post("/p/aozora/people/", {"email": "New@Example.com", "role": "reviewer"})
    assert response.url == "/p/aozora/people/"
    (sent,) = mail.outbox
    assert sent.to == [NEW]
    assert sent.subject == "[白書] あおぞらクラウド株式会社への招待"
    assert "佐藤 管理さん" in sent.body
    assert "レビュー担当" in sent.body
    html = client.get(response.url).content.decode()
    assert NEW in html
    assert "招待を送りました" in html


def test_only_the_hash_of_the_token_is_kept(invitation):
    assert invitation.token_hash == hash_of(token())
    assert token() not in str(Invitation.objects.values_list())
    assert len(token()) >= 43


def test_the_link_uses_the_address_of_the_site_only(client, provider, admin, settings):
    settings.ALLOWED_HOSTS = ["evil.example"]
    client.force_login(admin)
    client.post("/p/aozora/people/", {"email": NEW, "role": "author"}, headers={"host": "evil.example"})
    assert "http://127.0.0.1:8000/invitations/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_the_provider_s_name_cannot_add_headers_to_the_mail(provider, admin):
    provider.name = "あおぞら\nBcc: x@example.com"
    provider.save()
    invite(provider, email=NEW, role=Role.AUTHOR, by=admin)
    assert mail.outbox[0].recipients() == [NEW]
    assert "\n" not in mail.outbox[0].subject


def test_a_new_person_makes_an_account_and_is_signed_in(client, invitation):
    page = client.get(link())
    assert page.status_code == 200
    assert NEW in page.content.decode()
    response = client.post(link(), ACCOUNT)
    assert response.url == "/"
    user = User.objects.get(email=NEW)
    assert user.name == "新田 新"
    assert user.password.startswith("argon2$")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session["provider"] == "aozora"
    assert Membership.objects.get(user=user).role == Role.AUTHOR


def test_opening_the_link_accepts_nothing(client, invitation):
    client.get(link())
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_a_link_works_once(client, invitation):
    client.post(link(), ACCOUNT)
    client.logout()
    response = client.post(link(), {**ACCOUNT, "name": "別人"})
    assert response.status_code == 410
    assert "すでに使われました" in response.content.decode()
    assert User.objects.get(email=NEW).name == "新田 新"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password2": "different-27017"}, "2回の入力が違います。"),
        ({"password1": "short", "password2": "short"}, "10"),
        ({"password1": "new@example.com", "password2": "new@example.com"}, "似すぎています"),
        ({"name": " "}, "必須"),
    ],
)
def test_a_weak_password_or_no_name_is_refused(client, invitation, values, sentence):
    response = client.post(link(), {**ACCOUNT, **values})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert not User.objects.filter(email=NEW).exists()


def test_an_expired_link_is_refused(client, invitation):
    age(invitation)
    response = client.post(link(), ACCOUNT)
    assert response.status_code == 410
    assert "有効期限" in response.content.decode()
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_is_valid_for_seven_days(invitation):
    left = invitation.expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_an_unknown_link_is_refused(client, db):
    assert client.get("/invitations/made-up/").status_code == 410


def test_a_withdrawn_link_is_refused(client, provider, admin, invitation):
    client.force_login(admin)
    response = client.post(f"/p/aozora/people/invitations/{invitation.pk}/withdraw/")
    assert response.url == "/p/aozora/people/"
    client.logout()
    assert client.get(link()).status_code == 410


def test_resending_replaces_the_link(client, provider, admin, invitation):
    first = link()
    age(invitation)
    client.force_login(admin)
    client.post(f"/p/aozora/people/invitations/{invitation.pk}/resend/")
    client.logout()
    assert client.get(first).status_code == 410
    assert client.get(link()).status_code == 200


def test_an_open_invitation_is_not_sent_twice(provider, admin, invitation):
    with pytest.raises(CannotInvite, match="招待中"):
        invite(provider, email=NEW, role=Role.ADMIN, by=admin)
    assert len(mail.outbox) == 1


def test_an_expired_invitation_is_replaced_by_a_new_one(provider, admin, invitation):
    age(invitation)
    again = invite(provider, email=NEW, role=Role.VIEWER, by=admin)
    assert list(provider.invitations.all()) == [again]


def test_a_member_is_not_invited(provider, admin, author):
    with pytest.raises(CannotInvite, match="すでに利用者"):
        invite(provider, email=author.email.upper(), role=Role.ADMIN, by=admin)


def test_a_stopped_account_is_not_invited(provider, admin):
    make_user(NEW, is_active=False)
    with pytest.raises(CannotInvite, match="停止"):
        invite(provider, email=NEW, role=Role.AUTHOR, by=admin)


def test_two_providers_may_invite_the_same_address(provider, admin, stranger, invitation):
    other = stranger.providers.get()
    invite(other, email=NEW, role=Role.VIEWER, by=stranger)
    accept_with_new_account(token(), name="新田", password=PASSWORD)
    user = User.objects.get(email=NEW)
    assert [m.provider for m in user.memberships.all()] == [other]


def test_when_the_mail_fails_the_invitation_stands_and_can_be_resent(client, provider, admin, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected

    client.force_login(admin)
    monkeypatch.setattr("accounts.inviting.send_mail", refuse)
    page = client.post("/p/aozora/people/", {"email": NEW, "role": "author"}).content.decode()
    assert "メールを送れませんでした" in page
    monkeypatch.undo()
    resend(provider.invitations.get(), by=make_user())
    assert client.get(link()).status_code == 403  # the admin is signed in, not the invited person


def test_somebody_with_an_account_signs_in_first(client, invitation):
    make_user(NEW, password=PASSWORD)
    html = client.get(link()).content.decode()
    assert f"/accounts/login/?next={link().replace('/', '%2F')}" in html
    client.post(link(), ACCOUNT)
    assert not Membership.objects.filter(user__email=NEW).exists()


def test_somebody_with_an_account_joins_after_signing_in(client, provider, invitation):
    user = make_user(NEW)
    client.force_login(user)
    assert "参加" in client.get(link()).content.decode()
    assert client.post(link()).url == "/"
    assert Membership.objects.get(user=user, provider=provider).role == Role.AUTHOR


def test_another_account_cannot_use_the_link(client, invitation, stranger):
    client.force_login(stranger)
    response = client.post(link())
    assert response.status_code == 403
    assert NEW not in response.content.decode()
    with pytest.raises(CannotInvite, match="別のメールアドレス"):
        accept(token(), user=stranger)
    assert stranger.memberships.count() == 1


def test_an_account_that_appears_meanwhile_is_not_taken_over(invitation):
    user = make_user(NEW, password=PASSWORD)
    with pytest.raises(CannotInvite, match="サインインしてから"):
        accept_with_new_account(token(), name="別人", password="another-27018-word")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_member_who_accepts_keeps_the_role_they_have(provider, invitation):
    user = make_member(provider, Role.REVIEWER, email=NEW)
    accept(token(), user=user)
    assert user.memberships.get().role == Role.REVIEWER


def test_an_accepted_invitation_is_neither_resent_nor_withdrawn(invitation):
    accept_with_new_account(token(), name="新田", password=PASSWORD)
    with pytest.raises(CannotInvite, match="受諾"):
        resend(invitation, by=make_user())
    with pytest.raises(CannotInvite, match="受諾"):
        withdraw(invitation, by=make_user())


@pytest.mark.parametrize("verb", ["resend", "withdraw"])
def test_invitations_of_another_provider_are_out_of_reach(client, invitation, stranger, verb):
    client.force_login(stranger)
    assert client.post(f"/p/aozora/people/invitations/{invitation.pk}/{verb}/").status_code == 404
    assert client.post(f"/p/yugure/people/invitations/{invitation.pk}/{verb}/").status_code == 404
    assert Invitation.objects.get(pk=invitation.pk).token_hash == invitation.token_hash


@pytest.mark.parametrize("values", [{"email": "no address", "role": "author"}, {"email": NEW, "role": "owner"}, {}])
def test_a_bad_form_invites_nobody(client, provider, admin, values):
    client.force_login(admin)
    assert client.post("/p/aozora/people/", values).status_code == 200
    assert not Invitation.objects.exists()


def test_markup_in_names_is_shown_as_text(client, provider, admin, invitation):
    provider.name = "<script>alert(1)</script>"
    provider.save()
    html = client.get(link()).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_one_open_invitation_per_address_is_held_by_the_database(provider, invitation):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        Invitation.objects.create(
            provider=provider, email=NEW, role="author", token_hash="0" * 64, expires_at=timezone.now()
        )


def test_the_form_does_not_name_members_of_other_providers(client, provider, admin):
    make_member(make_provider(), email="elsewhere@example.com", name="よその人")
    client.force_login(admin)
    client.post("/p/aozora/people/", {"email": "elsewhere@example.com", "role": "author"})
    assert "よその人" not in client.get("/p/aozora/people/").content.decode()

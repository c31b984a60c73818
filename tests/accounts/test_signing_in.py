"""Signing in and out, and the password."""

import re

import pytest
from django.core import mail

from .conftest import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, email, password, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_the_page_is_in_japanese(client, db):
    html = client.get(LOGIN).content.decode()
    assert "サインイン" in html
    assert "メールアドレス" in html
    assert "Email" not in html
    assert 'lang="ja"' in html


def test_the_page_asks_the_database_nothing(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(LOGIN)


def test_the_right_password_signs_in(client, person):
    response = sign_in(client, "person@example.com", PASSWORD)
    assert response.status_code == 302
    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_capitals_in_the_address_do_not_matter(client, person):
    assert sign_in(client, "Person@Example.COM", PASSWORD).status_code == 302


def test_signing_in_leads_back_to_the_page_asked_for(client, person):
    assert sign_in(client, "person@example.com", PASSWORD, next="/catalog/").url == "/catalog/"


def test_signing_in_never_leads_to_another_site(client, person):
    assert sign_in(client, "person@example.com", PASSWORD, next="https://evil.example/").url == "/"


@pytest.mark.parametrize("email", ["person@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client, person, email):
    response = sign_in(client, email, "wrong-password")
    assert response.status_code == 200
    assert "メールアドレスまたはパスワードが違います。" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_stopped_account_cannot_sign_in(client, person):
    person.is_active = False
    person.save()
    sign_in(client, "person@example.com", PASSWORD)
    assert "_auth_user_id" not in client.session


def test_after_five_failures_even_the_right_password_waits(client, person):
    for _attempt in range(5):
        sign_in(client, "person@example.com", "wrong-password")
    response = sign_in(client, "person@example.com", PASSWORD)
    assert "しばらく受け付けません" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_passwords_are_kept_as_argon2(person):
    assert person.password.startswith("argon2$argon2id$")


def test_nobody_signs_up_by_themselves(client, db, django_user_model):
    assert "招待が必要です" in client.get("/accounts/signup/").content.decode()
    response = client.post("/accounts/signup/", {"email": "new@example.com", "password1": PASSWORD})
    assert "招待が必要です" in response.content.decode()
    assert not django_user_model.objects.exists()


def test_nobody_changes_their_address_by_themselves(client, person):
    client.force_login(person)
    assert client.get("/accounts/email/").status_code == 404


def test_signing_out_asks_first_and_needs_a_post(client, person):
    client.force_login(person)
    assert "サインアウトしますか" in client.get("/accounts/logout/").content.decode()
    assert "_auth_user_id" in client.session
    assert client.post("/accounts/logout/").url == LOGIN
    assert "_auth_user_id" not in client.session


def test_every_page_asks_for_a_sign_in(client, provider):
    response = client.get("/p/aozora/people/")
    assert response.status_code == 302
    assert response.url == f"{LOGIN}?next=/p/aozora/people/"


def test_the_admin_site_uses_the_same_sign_in(client, person):
    assert client.get("/admin/login/").url.startswith(LOGIN)
    client.force_login(person)
    assert client.get("/admin/login/").status_code == 403


def test_the_admin_site_keeps_addresses_in_lower_case_and_passwords_as_argon2(client, db, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root@example.com", name="管理"))
    values = {"email": "New@Example.com", "name": "新田", "usable_password": "true"}
    client.post("/admin/accounts/user/add/", {**values, "password1": PASSWORD, "password2": PASSWORD})
    made = django_user_model.objects.get(email="new@example.com")
    assert made.password.startswith("argon2$argon2id$")


def test_a_forgotten_password_is_set_anew_by_mail(client, person, settings):
    settings.SITE_URL = "https://hakusho.example"
    client.post("/accounts/password/reset/", {"email": "person@example.com"}, headers={"host": "127.0.0.1"})
    (sent,) = mail.outbox
    assert sent.subject == "[白書] パスワードの再設定"
    (path,) = re.findall(r"https://hakusho\.example(/\S+)", sent.body)
    page = client.get(path, follow=True)
    assert "新しいパスワード" in page.content.decode()
    form_path = page.redirect_chain[-1][0]
    done = client.post(form_path, {"password1": "another-27018-word", "password2": "another-27018-word"})
    assert done.url == "/accounts/password/reset/key/done/"
    assert "パスワードを変更しました" in client.get(done.url).content.decode()
    person.refresh_from_db()
    assert person.check_password("another-27018-word")
    assert "このリンクは使えません" in client.get(path, follow=True).content.decode()


def test_the_mail_never_takes_its_address_from_the_request(client, person, settings):
    settings.ALLOWED_HOSTS = ["evil.example"]
    client.post("/accounts/password/reset/", {"email": "person@example.com"}, headers={"host": "evil.example"})
    assert "evil" not in mail.outbox[0].body


def test_asking_for_an_unknown_address_looks_the_same(client, db):
    response = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert response.url == "/accounts/password/reset/done/"
    assert "アカウントはありません" in mail.outbox[0].body
    assert "http" not in mail.outbox[0].body


def test_the_password_is_changed_with_the_current_one(client, person):
    client.force_login(person)
    values = {"password1": "another-27018-word", "password2": "another-27018-word"}
    wrong = client.post("/accounts/password/change/", {"oldpassword": "no", **values})
    assert "現在のパスワードが違います。" in wrong.content.decode()
    assert client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **values}).url == "/"
    person.refresh_from_db()
    assert person.check_password("another-27018-word")


@pytest.mark.parametrize(
    "path",
    [
        LOGIN,
        "/accounts/logout/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/inactive/",
    ],
)
def test_the_pages_before_sign_in_have_no_inline_style_or_script(client, db, path):
    html = client.get(path, follow=True).content.decode()
    assert "<script" not in html
    assert "style=" not in html
    assert "<style" not in html

"""The command that makes the first admin."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Provider, User
from accounts.roles import Role
from tests.factories import make_member, make_provider, make_user

from .conftest import PASSWORD

EMAIL = "admin@aozora.example"
NAME = "あおぞらクラウド株式会社"


@pytest.fixture(autouse=True)
def no_terminal(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setenv("HAKUSHO_ADMIN_PASSWORD", PASSWORD)


def run(email=EMAIL, **options) -> str:
    out = io.StringIO()
    call_command("create_admin", email, **{"provider": NAME, **options}, stdout=out)
    return out.getvalue()


def test_it_makes_provider_account_and_membership(settings):
    settings.SITE_URL = "https://hakusho.example"
    out = run(slug="aozora-cloud", name="佐藤 管理")
    membership = Membership.objects.select_related("user", "provider").get()
    assert membership.role == Role.ADMIN
    assert (membership.provider.slug, membership.provider.name) == ("aozora-cloud", NAME)
    assert (membership.user.email, membership.user.name) == (EMAIL, "佐藤 管理")
    assert membership.user.check_password(PASSWORD)
    assert "https://hakusho.example/accounts/login/" in out
    assert PASSWORD not in out


def test_the_account_can_sign_in(client):
    run()
    assert client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD}).status_code == 302


def test_twice_changes_nothing(monkeypatch):
    run()
    monkeypatch.setenv("HAKUSHO_ADMIN_PASSWORD", "another-27018-word")
    out = run()
    assert "すでに管理者です" in out
    assert (Provider.objects.count(), User.objects.count(), Membership.objects.count()) == (1, 1, 1)
    assert User.objects.get().check_password(PASSWORD)


def test_a_second_run_needs_no_password(monkeypatch):
    run()
    monkeypatch.delenv("HAKUSHO_ADMIN_PASSWORD")
    run()


def test_a_japanese_name_takes_its_slug_from_the_mail_domain():
    make_provider("aozora")
    run()
    assert Provider.objects.get(name=NAME).slug == "aozora-2"


def test_a_latin_name_is_its_own_slug():
    run(provider="Blue Sky Inc.")
    assert Provider.objects.get().slug == "blue-sky-inc"


def test_a_member_with_a_lower_role_becomes_admin():
    user = make_member(make_provider("aozora", name=NAME), Role.VIEWER, email=EMAIL)
    assert "管理者にしました" in run()
    assert user.memberships.get().role == Role.ADMIN


def test_the_password_comes_from_the_variable_named(monkeypatch):
    monkeypatch.setenv("OTHER", "another-27018-word")
    run(password_env="OTHER")
    assert User.objects.get().check_password("another-27018-word")


def test_at_a_terminal_the_password_is_asked_for_twice(monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(["typed-in-27017", "typed-in-27017", "one-thing-27017", "another-27017"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    run()
    assert User.objects.get().check_password("typed-in-27017")
    with pytest.raises(CommandError, match="2回の入力"):
        run("second@aozora.example")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"email": "no address"}, "メールアドレス「no address」"),
        ({"provider": "  "}, "提供者名"),
        ({"provider": "あ" * 201}, "200"),
        ({"slug": "日本 語"}, "slug|スラッグ|半角"),
        ({"name": "名" * 101}, "100"),
        ({"password_env": "NOT_THERE"}, "NOT_THERE"),
        ({"slug": "taken"}, "別の提供者"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(options, sentence):
    make_provider("taken")
    with pytest.raises(CommandError, match=sentence) as caught:
        run(**options)
    assert "\n" not in str(caught.value)
    assert Provider.objects.count() == 1
    assert not User.objects.exists()


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setenv("HAKUSHO_ADMIN_PASSWORD", "12345")
    with pytest.raises(CommandError, match="パスワードを変えてください"):
        run()
    assert not Provider.objects.exists()


def test_a_stopped_account_is_refused():
    make_user(EMAIL, is_active=False)
    with pytest.raises(CommandError, match="停止"):
        run()


def test_two_providers_of_one_name_need_a_slug():
    make_provider("a", name=NAME)
    make_provider("b", name=NAME)
    with pytest.raises(CommandError, match="--slug"):
        run()
    run(slug="b")
    assert Membership.objects.get().provider.slug == "b"

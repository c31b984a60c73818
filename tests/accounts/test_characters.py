"""Control characters and characters that reorder the text around them are refused wherever a person can type."""

import pytest
from django import forms
from django.contrib.auth.forms import AdminUserCreationForm
from django.test import Client
from django.urls import reverse

from accounts import admin as accounts_admin
from accounts import forms as accounts_forms
from accounts.changing_members import Membership
from accounts.characters import InvalidText, check, clean
from accounts.inviting import CannotInvite, accept_with_new_account, invite
from accounts.models import Provider, User
from accounts.setting_up import CannotSetUp, change_settings, set_up_admin
from controls.facts import InvalidFact, parse

BAD = ["\0", "\x07", "\x9b", "\u202e", "\u2066", "\ufffe"]


@pytest.mark.parametrize("character", BAD)
def test_what_is_refused_names_the_character(character):
    with pytest.raises(InvalidText, match=f"U\\+{ord(character):04X}"):
        clean(f"名前{character}です")


def test_lists_name_the_line():
    with pytest.raises(InvalidText, match="2行目"):
        check(["よい", "わる\u202eい"])
    with pytest.raises(InvalidText, match="2行目"):
        check([["発行", "よい"], ["所在地", "わる\u202eい"]])
    check(None)
    check(["タブ\tはよい"])


FORMS = [
    accounts_forms.InviteForm,
    lambda: accounts_forms.NewAccountForm(email="a@example.com"),
    accounts_forms.ProviderForm,
    accounts_forms.SignInForm,
    accounts_forms.ResetPasswordForm,
    accounts_admin.NewUserForm,
    accounts_admin.UserForm,
]


@pytest.mark.django_db
@pytest.mark.parametrize("make", FORMS)
@pytest.mark.parametrize("character", ["\u202e", "\x07"])
def test_every_text_field_of_a_form_refuses_them(make, character):
    form = make()
    texts = [
        field for name, field in form.fields.items() if isinstance(field, forms.CharField) and "password" not in name
    ]
    assert texts
    for field in texts:
        with pytest.raises(forms.ValidationError):
            field.clean(f"a{character}b@example.com" if isinstance(field, forms.EmailField) else f"名{character}前")


def test_a_password_is_whatever_people_like():
    assert accounts_forms.NewAccountForm(email="a@example.com").fields["password1"].clean("\u202eabc") == "\u202eabc"
    assert issubclass(accounts_admin.NewUserForm, AdminUserCreationForm)


def test_the_settings_of_a_provider_say_so(provider, admin):
    client = Client()
    client.force_login(admin)
    values = {"self_reference": "当社", "customer_term": "お客様", "conjunction": "及び", "address": ""}
    response = client.post(
        reverse("accounts:provider_settings", args=[provider.slug]), {"name": "あおぞら\u202e", **values}
    )
    assert "使用できない制御文字（U+202E）" in response.content.decode()
    assert Provider.objects.get(pk=provider.pk).name == provider.name


def test_the_verbs_refuse_them_too(provider, admin):
    with pytest.raises(CannotSetUp, match=r"U\+202E"):
        change_settings(provider, name="あおぞら\u202e", by=admin)
    with pytest.raises(CannotSetUp, match=r"U\+0007"):
        set_up_admin(email="new@example.com", provider_name="\x07新しい会社", password="kumo-no-ue-no-27017", by=None)
    with pytest.raises(CannotSetUp, match=r"U\+202E"):
        set_up_admin(email="new@exa\u202emple.com", provider_name="新しい会社", password="kumo-no-ue-no-27017", by=None)
    with pytest.raises(CannotInvite, match=r"U\+202E"):
        invite(provider, email="new@exa\u202emple.com", role="author", by=admin)
    with pytest.raises(CannotInvite, match=r"U\+202E"):
        accept_with_new_account("token", name="山田\u202e", password="kumo-no-ue-no-27017")
    assert not User.objects.filter(email__startswith="new@").exists()
    assert Membership.objects.filter(provider=provider).count() == 1


def test_a_fact_refuses_what_reorders_text():
    with pytest.raises(InvalidFact, match=r"U\+202E"):
        parse({"kind": "text"}, "東京\u202eリージョン")

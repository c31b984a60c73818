"""What people type: invitations, new accounts, the settings of a provider. allauth's forms without their
placeholders."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .checked_texts import CheckedTexts
from .models import Provider, User
from .roles import Role


class InviteForm(CheckedTexts, forms.Form):
    email = forms.EmailField(label=_("メールアドレス"), max_length=254)
    role = forms.ChoiceField(label=_("役割"), choices=Role.choices, initial=Role.AUTHOR)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("役割"), choices=Role.choices)


class NewAccountForm(CheckedTexts, forms.Form):
    """The name and password of someone invited to ``email``."""

    name = forms.CharField(
        label=_("氏名"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    password1 = forms.CharField(
        label=_("パスワード"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("パスワード（確認）"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password1"].help_text = password_validators_help_text_html()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password1")
        if password and "password2" in data and password != data["password2"]:
            self.add_error("password2", _("2回の入力が違います。"))
        if password:
            try:
                validate_password(password, User(email=self.email, name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password1", error)
        return data


class ProviderForm(CheckedTexts, forms.ModelForm):
    class Meta:
        model = Provider
        fields = ["name", "self_reference", "customer_term", "conjunction", "address", "allow_self_approval"]


class NoticesForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["mail_digest"]


# --- Forms of allauth, named in settings.ACCOUNT_FORMS -----------------------------------------------------


class WithoutPlaceholders(CheckedTexts):
    """The labels say it already; a placeholder that repeats them only looks like a value."""

    labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)
            if name in self.labels:
                field.label = self.labels[name]


class SignInForm(WithoutPlaceholders, allauth_forms.LoginForm):
    labels = {
        "login": _("メールアドレス"),
        "password": _("パスワード"),
        "remember": _("サインインしたままにする"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
        self.fields["password"].help_text = ""  # the link to the reset page stands below the button


class ChangePasswordForm(WithoutPlaceholders, allauth_forms.ChangePasswordForm):
    labels = {
        "oldpassword": _("現在のパスワード"),
        "password1": _("新しいパスワード"),
        "password2": _("新しいパスワード（確認）"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class SetPasswordForm(WithoutPlaceholders, allauth_forms.SetPasswordForm):
    labels = {"password1": _("パスワード"), "password2": _("パスワード（確認）")}


class ResetPasswordForm(WithoutPlaceholders, allauth_forms.ResetPasswordForm):
    labels = {"email": _("メールアドレス")}


class ResetPasswordKeyForm(WithoutPlaceholders, allauth_forms.ResetPasswordKeyForm):
    labels = {"password1": _("新しいパスワード"), "password2": _("新しいパスワード（確認）")}

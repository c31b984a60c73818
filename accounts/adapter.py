"""How allauth signs people in: with an invitation only, in Japanese, and with addresses that no request
can forge."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _


class InvitedOnlyAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("このアカウントは停止されています。管理者にお問い合わせください。"),
        "email_password_mismatch": _("メールアドレスまたはパスワードが違います。"),
        "enter_current_password": _("現在のパスワードが違います。"),
        "incorrect_password": _("パスワードが違います。"),
        "invalid_password_reset": _("このリンクは使えません。もう一度、再設定のメールを送ってください。"),
        "too_many_login_attempts": _(
            "サインインの失敗が続いたため、しばらく受け付けません。5分ほど待ってからお試しください。"
        ),
        "rate_limited": _("短い間に操作が続いたため、受け付けませんでした。しばらく待ってからお試しください。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody signs up by themselves: accounts come from ``create_admin`` and from invitations."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail. allauth would take the host from the request, which the sender of a
        request chooses."""
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.SITE_URL}{path}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        return settings.LOGIN_REDIRECT_URL


def sign_in_url(back_to: str) -> str:
    """The sign-in page, from which the person comes back to the path ``back_to``."""
    return f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': back_to})}"

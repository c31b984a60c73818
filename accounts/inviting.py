"""Inviting people by mail, and joining with the mailed link.

The link carries a random token; only its SHA-256 is kept, so that nobody who reads the database can join.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.log import Subject, log

from .characters import InvalidText, check
from .models import Invitation, Membership, Provider, User
from .roles import Role

VALID_FOR = timedelta(days=7)

logger = logging.getLogger(__name__)


class CannotInvite(Exception):
    """Why an invitation cannot be sent, changed or accepted: a sentence for the reader."""


@dataclass(frozen=True)
class Joined:
    """Who joined which provider. ``user`` is new when the invitation made the account."""

    user: User
    provider: Provider


def invite(provider: Provider, *, email: str, role: str, by: User) -> Invitation:
    """Invites the owner of ``email`` to ``provider`` and mails the link. CannotInvite when they are a
    member, when an invitation is open already, for control characters, and when the mail could not be sent (the invitation then
    stands and can be resent)."""
    email = email.strip().lower()
    _guard_characters(email)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
        if Membership.objects.filter(provider=provider, user__email=email).exists():
            raise CannotInvite(_("%(email)s はすでに利用者です。") % {"email": email})
        if User.objects.filter(email=email, is_active=False).exists():
            raise CannotInvite(_("%(email)s のアカウントは停止されています。") % {"email": email})
        open_one = provider.invitations.waiting().filter(email=email).first()
        if open_one is not None:
            if not open_one.has_expired:
                raise CannotInvite(
                    _("%(email)s は招待中です。メールが届いていないときは再送してください。") % {"email": email}
                )
            open_one.delete()
        invitation = Invitation.objects.create(
            provider=provider,
            email=email,
            role=role,
            token_hash=hash_of(token),
            invited_by=by,
            expires_at=timezone.now() + VALID_FOR,
        )
        log("member.invited", _subject(invitation), by=by, provider=provider, role=str(Role(role).label))
    _mail(invitation, token)
    return invitation


def resend(invitation: Invitation, *, by: User) -> Invitation:
    """Mails a new link, valid from now on; the old link stops working. CannotInvite when it was accepted
    or withdrawn meanwhile, and when the mail could not be sent."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = _open_and_locked(pk=invitation.pk)
        invitation.token_hash = hash_of(token)
        invitation.expires_at = timezone.now() + VALID_FOR
        invitation.save(update_fields=["token_hash", "expires_at"])
        log("member.reinvited", _subject(invitation), by=by, provider=invitation.provider)
    _mail(invitation, token)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Takes an invitation back: its link stops working. CannotInvite when it was accepted or withdrawn
    meanwhile."""
    invitation = _open_and_locked(pk=invitation.pk)
    subject = _subject(invitation)
    invitation.delete()
    log("member.uninvited", subject, by=by, provider=invitation.provider)


@transaction.atomic
def accept(token: str, *, user: User) -> Joined:
    """``user``, who is signed in, joins. CannotInvite when the link is not valid or was sent to another
    address."""
    invitation = _acceptable(token)
    if invitation.email != user.email:
        raise CannotInvite(_("この招待は、サインイン中のアカウントとは別のメールアドレスに送られました。"))
    return _join(invitation, user)


@transaction.atomic
def accept_with_new_account(token: str, *, name: str, password: str) -> Joined:
    """Makes the account of the invited address and joins with it. CannotInvite when the link is not valid
    or the address has an account (they sign in first). The password is checked by the form."""
    _guard_characters(name)
    invitation = _acceptable(token)
    if User.objects.has_account(invitation.email):
        raise CannotInvite(_("このメールアドレスのアカウントがすでにあります。サインインしてから参加してください。"))
    user = User.objects.create_user(invitation.email, password, name=name)
    return _join(invitation, user)


def invitation_by(token: str) -> Invitation:
    """The invitation whose link carries ``token``. CannotInvite when it was never made, withdrawn,
    accepted or is too old."""
    invitation = Invitation.objects.select_related("provider", "invited_by").filter(token_hash=hash_of(token)).first()
    if invitation is None:
        raise CannotInvite(_("この招待は取り消されたか、新しい招待に置き換えられました。"))
    _guard_acceptable(invitation)
    return invitation


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _guard_characters(text: str) -> None:
    try:
        check(text)
    except InvalidText as error:
        raise CannotInvite(str(error)) from error


def _acceptable(token: str) -> Invitation:
    """The invitation of ``token``, checked again under its lock."""
    invitation = invitation_by(token)
    locked = Invitation.objects.select_for_update().filter(pk=invitation.pk, token_hash=hash_of(token)).first()
    if locked is None:
        raise CannotInvite(_("この招待は取り消されたか、新しい招待に置き換えられました。"))
    _guard_acceptable(locked)
    return locked


def _guard_acceptable(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise CannotInvite(_("この招待はすでに使われました。サインインしてください。"))
    if invitation.has_expired:
        raise CannotInvite(_("この招待は有効期限が切れました。招待した方に再送を依頼してください。"))


def _open_and_locked(*, pk: int) -> Invitation:
    invitation = Invitation.objects.select_for_update().waiting().filter(pk=pk).first()
    if invitation is None:
        raise CannotInvite(_("この招待はすでに受諾されたか、取り消されました。"))
    return invitation


def _join(invitation: Invitation, user: User) -> Joined:
    # Someone who became a member meanwhile keeps the role they have.
    membership, _is_new = Membership.objects.get_or_create(
        provider_id=invitation.provider_id, user=user, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    subject = Subject("member", user.pk, str(user))
    log("member.joined", subject, by=user, provider=invitation.provider, role=membership.get_role_display())
    return Joined(user=user, provider=invitation.provider)


def _subject(invitation: Invitation) -> Subject:
    return Subject("invitation", invitation.pk, invitation.email)


def _mail(invitation: Invitation, token: str) -> None:
    """Sent after the commit: a slow mail server must not hold the database's lock."""
    path = reverse("accounts:accept_invitation", args=[token])
    context = {"invitation": invitation, "provider": invitation.provider, "url": f"{settings.SITE_URL}{path}"}
    subject = _("[白書] %(provider)sへの招待") % {"provider": invitation.provider.name}
    try:
        send_mail(
            " ".join(subject.split()),
            render_to_string("mail/invitation.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [invitation.email],
        )
    except (OSError, SMTPException) as error:
        logger.exception("The mail of invitation %s could not be sent.", invitation.pk)
        raise CannotInvite(
            _("招待を登録しましたが、メールを送れませんでした。メールの設定を確かめてから再送してください。")
        ) from error

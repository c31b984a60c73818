"""Changing the role of members and removing them. A provider always keeps one admin."""

from django.db import transaction
from django.utils.translation import gettext as _

from audit.log import Subject, log

from .models import Membership, Provider, User
from .roles import Role, may


class CannotChangeMember(Exception):
    """Why a member cannot be changed: a sentence for the reader."""


@transaction.atomic
def change_role(membership: Membership, *, role: str, by: User) -> Membership:
    """Gives the member another role (a value of Role). CannotChangeMember when ``by`` may not, or nobody
    would be left as admin."""
    membership = _locked(membership, by=by)
    if role != Role.ADMIN:
        _guard_last_admin(membership)
    before = membership.get_role_display()
    membership.role = Role(role)
    membership.save(update_fields=["role"])
    if (after := membership.get_role_display()) != before:
        log(
            "member.role_changed", _subject(membership), by=by, provider=membership.provider, before=before, after=after
        )
    return membership


@transaction.atomic
def remove(membership: Membership, *, by: User) -> None:
    """Ends the membership; the account and what the person wrote stay. CannotChangeMember as in
    change_role."""
    membership = _locked(membership, by=by)
    _guard_last_admin(membership)
    subject = _subject(membership)
    membership.delete()
    log("member.removed", subject, by=by, provider=membership.provider)


def _subject(membership: Membership) -> Subject:
    return Subject("member", membership.user_id, str(membership.user))


def _locked(membership: Membership, *, by: User) -> Membership:
    """The membership as it is now, under the lock of its provider: two admins who demote each other at the
    same moment must wait for each other. The role of ``by`` is looked up again too: nobody raises their
    own on an old page."""
    Provider.objects.select_for_update(no_key=True).get(pk=membership.provider_id)
    own = Membership.objects.filter(provider_id=membership.provider_id, user=by).first()
    if own is None or not may(own.role, "manage_people"):
        raise CannotChangeMember(_("利用者を変更する権限がありません。"))
    current = Membership.objects.select_related("user", "provider").filter(pk=membership.pk).first()
    if current is None:
        raise CannotChangeMember(_("この利用者はすでに外されています。"))
    return current


def _guard_last_admin(membership: Membership) -> None:
    others = Membership.objects.filter(provider_id=membership.provider_id, role=Role.ADMIN, user__is_active=True)
    if membership.role == Role.ADMIN and not others.exclude(pk=membership.pk).exists():
        raise CannotChangeMember(
            _("%(name)sさんは最後の管理者です。先に別の利用者を管理者にしてください。") % {"name": membership.user}
        )

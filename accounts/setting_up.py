"""Setting a provider up: its first admin, and what it is called."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit.log import Subject, log

from .characters import InvalidText, check
from .models import Membership, Provider, User
from .roles import Role


class CannotSetUp(Exception):
    """Why a provider or its admin cannot be set up: a sentence for the reader."""


@dataclass(frozen=True)
class SetUp:
    """What ``set_up_admin`` found or made."""

    provider: Provider
    user: User
    made_provider: bool
    made_user: bool
    made_admin: bool


def find_user(email: str) -> User | None:
    """The account of ``email``. CannotSetUp when that is no address."""
    _guard_characters(email)
    try:
        validate_email(email)
    except ValidationError as error:
        raise CannotSetUp(_("メールアドレス「%(email)s」が正しくありません。") % {"email": email}) from error
    return User.objects.filter(email=email.lower()).first()


@transaction.atomic
def set_up_admin(  # noqa: PLR0913 - a first admin is that many things
    *,
    email: str,
    provider_name: str,
    slug: str = "",
    name: str = "",
    password: str | None,
    by: User | None,
) -> SetUp:
    """Makes, or finds, the provider, the account and its membership as admin. The password and the name of
    an account that exists stay as they are. ``by`` is None for the command. CannotSetUp names what is wrong; then
    nothing is written."""
    user = find_user(email)
    if user is not None and not user.is_active:
        raise CannotSetUp(_("%(email)s のアカウントは停止されています。") % {"email": email})
    provider = _find_provider(provider_name.strip(), slug)
    made_provider, made_user = provider is None, user is None
    if provider is None:
        provider = Provider(name=provider_name.strip(), slug=slug or _free_slug(provider_name, email))
        _check(provider)
        provider.save()
    if user is None:
        user = _new_user(email, name, password)
    membership, made_admin = Membership.objects.get_or_create(
        provider=provider, user=user, defaults={"role": Role.ADMIN}
    )
    if membership.role != Role.ADMIN:
        membership.role, made_admin = Role.ADMIN, True
        membership.save(update_fields=["role"])
    if made_provider or made_admin:
        log("provider.set_up", _subject(provider), by=by, provider=provider, admin=str(user))
    return SetUp(provider, user, made_provider, made_user, made_admin)


@transaction.atomic
def change_settings(provider: Provider, *, by: User, **values: Any) -> Provider:
    """Sets the fields ``values`` of the provider (name and style). CannotSetUp for control characters."""
    for value in values.values():
        if isinstance(value, str):
            _guard_characters(value)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    before = {field: getattr(provider, field) for field in values}
    for field, value in values.items():
        setattr(provider, field, value)
    provider.save(update_fields=list(values))
    if changed := [field for field in values if values[field] != before[field]]:
        log(
            "provider.changed",
            _subject(provider),
            by=by,
            provider=provider,
            fields=[str(column.verbose_name) for column in Provider._meta.concrete_fields if column.name in changed],
            before={field: before[field] for field in changed},
            after={field: values[field] for field in changed},
        )
    return provider


def _subject(provider: Provider) -> Subject:
    return Subject("provider", provider.pk, provider.name)


def _find_provider(name: str, slug: str) -> Provider | None:
    if not name:
        raise CannotSetUp(_("提供者名を指定してください。"))
    if slug:
        found = Provider.objects.filter(slug=slug).first()
        if found is not None and found.name != name:
            raise CannotSetUp(
                _("識別名「%(slug)s」は別の提供者「%(name)s」が使っています。") % {"slug": slug, "name": found.name}
            )
        return found
    named = list(Provider.objects.filter(name=name)[:2])
    if len(named) > 1:
        raise CannotSetUp(_("「%(name)s」という提供者が複数あります。--slug で指定してください。") % {"name": name})
    return named[0] if named else None


def _free_slug(name: str, email: str) -> str:
    """A name for addresses: of the provider's name, or, when that is not in Latin letters, of the mail
    domain."""
    start = (slugify(name) or slugify(email.rpartition("@")[2].partition(".")[0]) or "provider")[:40].strip("-")
    slug, number = start, 1
    while Provider.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{start}-{number}"
    return slug


def _new_user(email: str, name: str, password: str | None) -> User:
    if not password:
        raise CannotSetUp(_("パスワードを指定してください。"))
    user = User(email=email.lower(), name=name.strip() or email.partition("@")[0])
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CannotSetUp(_("パスワードを変えてください。%(why)s") % {"why": "".join(error.messages)}) from error
    user.set_password(password)
    _check(user)
    user.save()
    return user


def _guard_characters(text: str) -> None:
    try:
        check(text)
    except InvalidText as error:
        raise CannotSetUp(str(error)) from error


def _check(row: Provider | User) -> None:
    _guard_characters(row.name)
    try:
        if isinstance(row, Provider):
            validate_slug(row.slug)
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise CannotSetUp("".join(error.messages)) from error

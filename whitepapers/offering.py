"""Adding services, changing them, archiving and restoring them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.characters import InvalidText, check
from accounts.models import Provider, User
from audit.log import Subject, log

from .models import Location, Service


class CannotOffer(Exception):
    """Why a service cannot be added or changed: a sentence for the reader."""


@transaction.atomic
def add_service(  # noqa: PLR0913 - a service is that many things
    provider: Provider,
    *,
    name: str,
    alias: str = "本サービス",
    model: str = Service.Model.SAAS,
    locations: Sequence[str] = (),
    by: User,
) -> Service:
    """A new service, at ``locations`` (names; unknown ones are made). CannotOffer when the name is taken, and for
    control characters."""
    _guard_characters(name, alias, *locations)
    _lock(provider)
    _guard_name(provider, name)
    service = Service.objects.create(provider=provider, name=name, alias=alias, model=model)
    service.locations.set(_locations(provider, locations))
    _tell("service.added", service, by, locations=list(locations))
    return service


@transaction.atomic
def change_service(  # noqa: PLR0913 - a service is that many things
    service: Service, *, name: str, alias: str, model: str, locations: Sequence[str], by: User
) -> Service:
    """Sets everything a service is called. What was stated for a location that goes stays, unseen, until the
    location comes back. CannotOffer when the name is taken, and for control characters."""
    _guard_characters(name, alias, *locations)
    service = _locked(service)
    _guard_name(service.provider, name, but=service)
    before = _described(service)
    service.name, service.alias, service.model = name, alias, model
    service.save(update_fields=["name", "alias", "model"])
    service.locations.set(_locations(service.provider, locations))
    if (after := _described(service)) != before:
        _tell("service.changed", service, by, before=before, after=after)
    return service


@transaction.atomic
def archive_service(service: Service, *, by: User) -> Service:
    """Takes the service out of the lists; its facts and papers stay. CannotOffer when it is out already."""
    service = _locked(service)
    if service.archived_at:
        raise CannotOffer(_("「%(name)s」はすでに保管されています。") % {"name": service.name})
    service.archived_at = timezone.now()
    service.save(update_fields=["archived_at"])
    _tell("service.archived", service, by)
    return service


@transaction.atomic
def restore_service(service: Service, *, by: User) -> Service:
    """Puts an archived service back. CannotOffer when it is not archived."""
    service = _locked(service)
    if not service.archived_at:
        raise CannotOffer(_("「%(name)s」は保管されていません。") % {"name": service.name})
    service.archived_at = None
    service.save(update_fields=["archived_at"])
    _tell("service.restored", service, by)
    return service


def _tell(action: str, service: Service, by: User, **data: Any) -> None:
    log(action, Subject("service", service.pk, service.name), by=by, provider=service.provider_id, **data)


def _described(service: Service) -> dict[str, Any]:
    locations = sorted(service.locations.values_list("name", flat=True))
    return {"name": service.name, "alias": service.alias, "model": service.model, "locations": locations}


def _lock(provider: Provider) -> Provider:
    """Names of services and locations are one per provider: whoever gives one waits for the others."""
    return Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _locked(service: Service) -> Service:
    _lock(service.provider)
    current = Service.objects.select_related("provider").filter(pk=service.pk).first()
    if current is None:
        raise CannotOffer(_("このサービスはもうありません。"))
    return current


def _guard_characters(*texts: str) -> None:
    try:
        for text in texts:
            check(text)
    except InvalidText as error:
        raise CannotOffer(str(error)) from error


def _guard_name(provider: Provider, name: str, but: Service | None = None) -> None:
    taken = Service.objects.filter(provider=provider, name=name).first()
    if taken is None or taken == but:
        return
    if taken.archived_at:
        sentence = _("「%(name)s」という名前は保管中のサービスが使っています。元に戻すか、別の名前にしてください。")
    else:
        sentence = _("「%(name)s」という名前のサービスがすでにあります。別の名前にしてください。")
    raise CannotOffer(sentence % {"name": name})


def _locations(provider: Provider, names: Sequence[str]) -> list[Location]:
    known = {location.name: location for location in provider.locations.filter(name__in=names)}
    return [known.get(name) or Location.objects.create(provider=provider, name=name) for name in dict.fromkeys(names)]

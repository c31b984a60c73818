"""Which values somebody must still confirm (要確認): those never confirmed where they are stated, and those that a
service takes over from its provider until somebody has confirmed them there. Reads rows, writes none.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import Provider
from controls.models import FactDefinition

from .facts import Place, applying
from .models import Fact, FactConfirmation, Location, Service


def inherited(values: Mapping[Place, Any], locations: Iterable[int]) -> str:
    """SHA-256 of what a service at ``locations`` takes over from its provider for one fact; "" when that is nothing.

    Of one value it is the digest of its canonical JSON; where locations differ, of an object of them.
    """
    found: dict[int | None, Any] = {}
    for location in (None, *locations):
        place = applying(values, location)
        if place and not place[0]:
            found[place[1]] = values[place]
    if not found:
        return ""
    told = found[None] if found.keys() == {None} else {str(key or ""): value for key, value in found.items()}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def unconfirmed_counts(provider: Provider) -> dict[int | None, int]:
    """How many facts are 要確認, by the id of their service; None is the provider's own. Services in use only, and none
    that has no such fact. Five queries."""
    defined = set(FactDefinition.objects.newest().values_list("name", flat=True))
    services = list(Service.objects.active().filter(provider=provider).values_list("pk", flat=True))
    locations: dict[int, list[int]] = defaultdict(list)
    for service, location in Location.objects.filter(services__in=services).values_list("services", "pk"):
        locations[service].append(location)
    confirmed = {
        (service, name): digest
        for service, name, digest in FactConfirmation.objects.filter(service__in=services).values_list(
            "service", "name", "digest"
        )
    }
    common: dict[str, dict[Place, Any]] = defaultdict(dict)
    own: dict[int, dict[str, dict[Place, Any]]] = defaultdict(lambda: defaultdict(dict))
    counted: set[tuple[int | None, str]] = set()
    facts = Fact.objects.filter(provider=provider, name__in=defined).order_by()
    for row in facts.values("name", "service", "location", "value", "confirmed_at"):
        name, service = row["name"], row["service"]
        if service is None:
            common[name][False, row["location"]] = row["value"]
        else:
            own[service][name][True, row["location"]] = None
        if row["confirmed_at"] is None:
            counted.add((service, name))
    for service in services:
        for name, values in common.items():
            digest = inherited({**values, **own[service].get(name, {})}, locations.get(service, ()))
            if digest and digest != confirmed.get((service, name)):
                counted.add((service, name))
    in_use = {None, *services}
    return dict(Counter(service for service, _name in counted if service in in_use))

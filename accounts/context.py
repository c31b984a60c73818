"""What the top bar shows on every page: which provider we are in, in which role, and which part of the
site."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .access import SESSION_KEY, memberships_of
from .models import Membership, Provider
from .roles import Role, may


class Standing:
    """The memberships of the signed-in user, read by one query when a template first asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def memberships(self) -> list[Membership]:
        found = memberships_of(self.request.user).select_related("provider")
        return list(found.order_by("provider__name", "pk"))

    @cached_property
    def current(self) -> Membership | None:
        """By the address, else by what the session remembers, else the first; None without a membership."""
        match = self.request.resolver_match
        wanted = (match.kwargs.get("provider_slug") if match else None, self.request.session.get(SESSION_KEY))
        for slug in filter(None, wanted):
            for membership in self.memberships:
                if membership.provider.slug == slug:
                    return membership
        return self.memberships[0] if self.memberships else None

    def provider(self) -> Provider | None:
        return self.current.provider if self.current else None

    def role(self) -> str:
        return self.current.role if self.current else ""

    def role_label(self) -> str:
        return str(Role(self.current.role).label) if self.current else ""

    def manages_people(self) -> bool:
        return self.current is not None and may(self.current.role, "manage_people")

    def reads_audit(self) -> bool:
        return self.current is not None and may(self.current.role, "read_audit")

    def others(self) -> list[Provider]:
        return [m.provider for m in self.memberships if m is not self.current]


def standing(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing for anonymous users; no query before a template uses one of the values.

    ``current_provider`` Provider or None; ``current_role`` a Role value or ""; ``current_role_label`` its
    name; ``may_manage_people`` and ``may_read_audit`` bool; ``other_providers`` list of Provider; ``nav_section`` str.
    """
    # Error pages of middleware that stands before the sessions come here too.
    if not hasattr(request, "session") or not hasattr(request, "user") or not request.user.is_authenticated:
        return {}
    mine = Standing(request)
    return {
        "current_provider": _lazily(mine.provider),
        "current_role": _lazily(mine.role),
        "current_role_label": _lazily(mine.role_label),
        "may_manage_people": _lazily(mine.manages_people),
        "may_read_audit": _lazily(mine.reads_audit),
        "other_providers": _lazily(mine.others),
        "nav_section": nav_section(request.path),
    }


def nav_section(path: str) -> str:
    """Which part of the site an address belongs to: ``/p/aozora/services/3/`` and ``/services/3/`` →
    ``services``."""
    parts = path.strip("/").split("/")
    if parts[0] == "p":
        parts = parts[2:] or ["home"]
    return parts[0] or "home"


def _lazily(ask: Callable[[], Any]) -> Any:
    return SimpleLazyObject(ask)

"""The only way from a request to a provider: what you may not see is 404, what you may see but not do is
403."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from .models import Membership, Provider, User
from .roles import Role, may

SESSION_KEY = "provider"


def membership_for(user: User | AnonymousUser, provider: Provider | int) -> Membership | None:
    """The membership of ``user`` in ``provider`` (or its id), or None for a stranger. One query."""
    provider_id = provider.pk if isinstance(provider, Provider) else provider
    return memberships_of(user).filter(provider_id=provider_id).first()


def provider_for(request: HttpRequest, slug: str, verb: str) -> Provider:
    """The provider named ``slug``, if the user is a member (else Http404) whose role allows ``verb``
    (else PermissionDenied). One query; an unknown verb is a KeyError."""
    membership = memberships_of(request.user).filter(provider__slug=slug).select_related("provider").first()
    if membership is None:
        raise Http404
    require(membership.role, verb)
    remember(request, membership.provider)
    return membership.provider


def require(role: str, verb: str) -> None:
    """PermissionDenied unless ``role`` may do ``verb``."""
    if not may(role, verb):
        raise PermissionDenied


def remember(request: HttpRequest, provider: Provider) -> None:
    """Makes ``provider`` the one that pages without a provider in their address (home, papers) show in the
    top bar."""
    if request.session.get(SESSION_KEY) != provider.slug:
        request.session[SESSION_KEY] = provider.slug


def memberships_of(user: User | AnonymousUser) -> QuerySet[Membership]:
    """All memberships of ``user``; none of somebody who is not signed in."""
    if not isinstance(user, User) or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user=user)


def user_of(request: HttpRequest) -> User:
    """The signed-in user; every page but sign-in asks for one. PermissionDenied without."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def hold_members(provider: Provider, people: Iterable[int]) -> None:
    """Until the transaction ends nobody among ``people`` (ids) leaves the provider or gets another role there: for verbs
    that give somebody something to do, before they ask whether that person may."""
    members = provider.memberships.select_for_update(no_key=True).filter(user__in=people).order_by("pk")
    list(members.values_list("pk"))


def holders(provider: Provider, verb: str) -> QuerySet[User]:
    """The active members of ``provider`` whose role allows ``verb``, by name."""
    roles = [role for role in Role.values if may(role, verb)]
    people = User.objects.filter(memberships__provider=provider, memberships__role__in=roles, is_active=True)
    return people.order_by("name", "pk")

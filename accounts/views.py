"""The pages about people: members and invitations of a provider, its settings, joining."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from .access import provider_for, user_of
from .adapter import sign_in_url
from .changing_members import CannotChangeMember, change_role
from .forms import InviteForm, NewAccountForm, NoticesForm, ProviderForm, RoleForm
from .inviting import (
    CannotInvite,
    accept,
    accept_with_new_account,
    invitation_by,
    invite,
    resend,
    withdraw,
)
from .models import Invitation, Membership, Provider, User
from .roles import DESCRIPTIONS, RANK, Role
from .setting_up import CannotSetUp, change_settings


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """Members and open invitations; a POST invites somebody."""
    provider = provider_for(request, provider_slug, "manage_people")
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invite(provider, email=email, role=form.cleaned_data["role"], by=user_of(request))
        except CannotInvite as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(email)s に招待を送りました。") % {"email": email})
            return _to_people(provider)
    members = provider.memberships.select_related("user")
    context = {
        "provider": provider,
        "form": form,
        "members": sorted(members, key=lambda member: (-RANK[Role(member.role)], member.user.name, member.pk)),
        "invitations": provider.invitations.waiting().select_related("invited_by"),
        "roles": [(role, role.label, DESCRIPTIONS[role]) for role in Role],
    }
    return render(request, "accounts/people.html", context)


@require_POST
def change_member_role(request: HttpRequest, provider_slug: str, membership_id: int) -> HttpResponse:
    provider = provider_for(request, provider_slug, "manage_people")
    membership = get_object_or_404(provider.memberships, pk=membership_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("役割を選んでください。"))
        return _to_people(provider)
    try:
        membership = change_role(membership, role=form.cleaned_data["role"], by=user_of(request))
    except CannotChangeMember as error:
        messages.error(request, str(error))
        return _to_people(provider)
    values = {"name": membership.user, "role": membership.get_role_display()}
    messages.success(request, _("%(name)sさんの役割を「%(role)s」に変更しました。") % values)
    return after_changing(request, membership, provider, still_admin=membership.role == Role.ADMIN)


@require_POST
def resend_invitation(request: HttpRequest, provider_slug: str, invitation_id: int) -> HttpResponse:
    provider = provider_for(request, provider_slug, "manage_people")
    invitation = get_object_or_404(provider.invitations, pk=invitation_id)
    try:
        resend(invitation, by=user_of(request))
    except CannotInvite as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)s に招待を再送しました。") % {"email": invitation.email})
    return _to_people(provider)


@require_POST
def withdraw_invitation(request: HttpRequest, provider_slug: str, invitation_id: int) -> HttpResponse:
    provider = provider_for(request, provider_slug, "manage_people")
    invitation = get_object_or_404(provider.invitations, pk=invitation_id)
    try:
        withdraw(invitation, by=user_of(request))
    except CannotInvite as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(email)s への招待を取り消しました。") % {"email": invitation.email})
    return _to_people(provider)


@require_http_methods(["GET", "POST"])
def provider_settings(request: HttpRequest, provider_slug: str) -> HttpResponse:
    provider = provider_for(request, provider_slug, "manage_provider")
    form = ProviderForm(request.POST or None, instance=provider)
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(provider, by=user_of(request), **form.cleaned_data)
        except CannotSetUp as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("設定を保存しました。"))
            return redirect("accounts:provider_settings", provider.slug)
    return render(request, "accounts/provider_settings.html", {"provider": provider, "form": form})


@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """How the signed-in person wants to be told: each notice by itself, or one digest a day."""
    user = user_of(request)
    form = NoticesForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("設定を保存しました。"))
        return redirect("accounts:notices")
    return render(request, "accounts/notices.html", {"form": form})


@require_POST
def switch_provider(request: HttpRequest) -> HttpResponse:
    """Makes another of the user's providers the one in the top bar."""
    provider_for(request, request.POST.get("provider", ""), "read")  # remembers it
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the mailed link: whoever holds the token has proven that the address is theirs."""
    try:
        invitation = invitation_by(token)
    except CannotInvite as error:
        return render(request, "accounts/invitation_gone.html", {"reason": str(error)}, status=410)
    if request.user.is_authenticated:
        return _join(request, invitation, token)
    if User.objects.has_account(invitation.email):
        context = {"invitation": invitation, "sign_in_url": sign_in_url(request.path)}
        return render(request, "accounts/invitation_sign_in.html", context)
    return _join_with_new_account(request, invitation, token)


def _join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    context = {"invitation": invitation, "reason": ""}
    if user_of(request).email != invitation.email:
        return render(request, "accounts/invitation_other_account.html", context, status=403)
    if request.method == "POST":
        try:
            joined = accept(token, user=user_of(request))
        except CannotInvite as error:
            context["reason"] = str(error)
        else:
            return _welcome(request, joined.provider)
    return render(request, "accounts/invitation_join.html", context)


def _join_with_new_account(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = NewAccountForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
        try:
            joined = accept_with_new_account(token, name=name, password=password)
        except CannotInvite as error:
            form.add_error(None, str(error))
        else:
            login(request, joined.user)
            return _welcome(request, joined.provider)
    return render(request, "accounts/invitation_new_account.html", {"invitation": invitation, "form": form})


def _welcome(request: HttpRequest, provider: Provider) -> HttpResponse:
    provider_for(request, provider.slug, "read")  # remembers it
    messages.success(request, _("%(provider)s に参加しました。") % {"provider": provider.name})
    return redirect(settings.LOGIN_REDIRECT_URL)


def after_changing(
    request: HttpRequest, membership: Membership, provider: Provider, *, still_admin: bool
) -> HttpResponse:
    """Back to the list, unless people have just taken that page away from themselves."""
    if membership.user_id == request.user.pk and not still_admin:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return _to_people(provider)


def _to_people(provider: Provider) -> HttpResponse:
    return redirect("accounts:people", provider.slug)

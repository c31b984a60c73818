"""The page that removes a member, and says first what they still hold."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import provider_for, user_of
from accounts.changing_members import CannotChangeMember
from accounts.views import after_changing

from ..forms.leaving import SuccessorForm
from ..leaving import CannotLeave, held_by, leave


@require_http_methods(["GET", "POST"])
def remove_member(request: HttpRequest, provider_slug: str, membership_id: int) -> HttpResponse:
    """Asks first, also who takes over; the POST removes."""
    provider = provider_for(request, provider_slug, "manage_people")
    membership = get_object_or_404(provider.memberships.select_related("user", "provider"), pk=membership_id)
    user = membership.user
    form = SuccessorForm(request.POST if request.method == "POST" else None, provider=provider, leaving=user)
    if request.method == "POST" and form.is_valid():
        try:
            handed_over = leave(membership, to=form.cleaned_data["to"], by=user_of(request))
        except CannotChangeMember as error:
            messages.error(request, str(error))
            return redirect("accounts:people", provider.slug)
        except CannotLeave as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)sさんを利用者から外しました。") % {"name": user})
            if handed_over:
                messages.info(request, _("%(n)s個の節の担当者を変更しました。") % {"n": handed_over})
            return after_changing(request, membership, provider, still_admin=False)
    context = {"provider": provider, "membership": membership, "form": form, "held": held_by(provider, user)}
    return render(request, "whitepapers/remove_member.html", context)

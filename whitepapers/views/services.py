"""The pages about services: the list, adding and changing one, putting one away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import membership_for, provider_for, user_of
from accounts.models import Provider
from accounts.roles import may

from .. import offering, progress
from ..access import service_for
from ..forms.services import ServiceForm
from ..life import with_lives
from ..offering import CannotOffer


@require_safe
def service_list(request: HttpRequest, provider_slug: str) -> HttpResponse:
    """Every service with its papers and their progress; archived ones folded away."""
    provider = provider_for(request, provider_slug, "read")
    services: list[Any] = list(progress.services_with_papers(provider))
    with_lives(paper for service in services for paper in service.papers)
    context = {
        "provider": provider,
        "services": [service for service in services if not service.archived_at],
        "archived": [service for service in services if service.archived_at],
        **rights(request, provider),
    }
    return render(request, "whitepapers/service_list.html", context)


@require_http_methods(["GET", "POST"])
def new_service(request: HttpRequest, provider_slug: str) -> HttpResponse:
    provider = provider_for(request, provider_slug, "manage_services")
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service = offering.add_service(provider, **form.cleaned_data, by=user_of(request))
        except CannotOffer as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("「%(name)s」を追加しました。") % {"name": service.name})
            return redirect("whitepapers:service_list", provider.slug)
    return render(request, "whitepapers/service_form.html", {"provider": provider, "form": form, "service": None})


@require_http_methods(["GET", "POST"])
def edit_service(request: HttpRequest, service_id: int) -> HttpResponse:
    service = service_for(request, service_id, "manage_services")
    form = ServiceForm(request.POST or None, instance=service)
    if request.method == "POST" and form.is_valid():
        try:
            service = offering.change_service(service, **form.cleaned_data, by=user_of(request))
        except CannotOffer as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("「%(name)s」を保存しました。") % {"name": service.name})
            return redirect("whitepapers:service_list", service.provider.slug)
    context = {"provider": service.provider, "form": form, "service": service, "service_name": form.initial["name"]}
    return render(request, "whitepapers/service_form.html", context)


@require_http_methods(["GET", "POST"])
def archive_service(request: HttpRequest, service_id: int) -> HttpResponse:
    """Asks first; the POST says whether to archive or to restore, so that a second click undoes nothing."""
    service = service_for(request, service_id, "manage_services")
    if request.method != "POST":
        context = {"provider": service.provider, "service": service}
        return render(request, "whitepapers/service_archive.html", context)
    verbs = {
        "archive": (offering.archive_service, _("「%(name)s」を保管しました。")),
        "restore": (offering.restore_service, _("「%(name)s」を元に戻しました。")),
    }
    if request.POST.get("action") not in verbs:
        messages.error(request, _("操作を選んでください。"))
        return redirect("whitepapers:archive_service", service.pk)
    verb, sentence = verbs[request.POST["action"]]
    try:
        messages.success(request, sentence % {"name": verb(service, by=user_of(request)).name})
    except CannotOffer as error:
        messages.error(request, str(error))
    return redirect("whitepapers:service_list", service.provider.slug)


def rights(request: HttpRequest, provider: Provider) -> dict[str, bool]:
    """What the user may do here, so that a page offers nothing else: ``can_write``, ``can_manage_services``."""
    membership = membership_for(request.user, provider)
    role = membership.role if membership else None
    return {
        "can_write": role is not None and may(role, "write"),
        "can_manage_services": role is not None and may(role, "manage_services"),
    }

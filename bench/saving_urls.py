"""The application's addresses, and the smallest view that writes what saving a section writes."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from config.urls import urlpatterns as ours
from whitepapers.models import Section, SectionRevision


@transaction.atomic
def smallest(request: HttpRequest, pk: int) -> HttpResponse:
    section = Section.objects.select_for_update().get(pk=pk)
    before = {"body": section.body}
    section.body = request.POST["body"]
    section.counter += 1
    section.save()
    SectionRevision.objects.create(section=section, by=request.user, before=before, after={"body": section.body})
    messages.success(request, "saved")
    return redirect("/")


urlpatterns = [*ours, path("smallest/<int:pk>/", smallest)]

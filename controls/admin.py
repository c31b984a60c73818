"""Catalog rows in Django's admin: to look at, never to change (a loaded release stays as it is)."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .models import (
    Clause,
    Control,
    Crosswalk,
    DisclosurePoint,
    Edition,
    FactDefinition,
    Link,
    Phrase,
    Release,
)


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ["number", "loaded_at", "digest"]


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ["slug", "release", "framework", "year", "status", "for_papers"]
    list_filter = ["release", "status"]


@admin.register(Clause)
class ClauseAdmin(ReadOnlyAdmin):
    list_display = ["number", "title_ja", "edition"]
    list_filter = ["edition"]
    list_select_related = ["edition"]


@admin.register(Control)
class ControlAdmin(ReadOnlyAdmin):
    list_display = ["number", "title_ja", "edition", "confidence", "in_whitepapers"]
    list_filter = ["edition", "confidence", "in_whitepapers"]
    list_select_related = ["edition"]
    search_fields = ["number", "title_ja", "title_en"]


@admin.register(Crosswalk)
class CrosswalkAdmin(ReadOnlyAdmin):
    list_display = ["source", "target", "confidence"]
    list_select_related = ["source", "target"]


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ["crosswalk", "source", "target", "relation"]
    list_filter = ["relation"]
    list_select_related = ["crosswalk__source", "crosswalk__target", "source", "target"]


@admin.register(DisclosurePoint)
class DisclosurePointAdmin(ReadOnlyAdmin):
    list_display = ["control", "key", "label_ja", "required"]
    list_filter = ["control__edition", "required"]
    list_select_related = ["control"]


@admin.register(FactDefinition)
class FactDefinitionAdmin(ReadOnlyAdmin):
    list_display = ["name", "label_ja", "owner", "control_number", "release"]
    list_filter = ["release", "owner"]
    search_fields = ["name", "label_ja", "label_en"]


@admin.register(Phrase)
class PhraseAdmin(ReadOnlyAdmin):
    list_display = ["control", "key", "stance", "title_ja"]
    list_filter = ["control__edition", "stance"]
    list_select_related = ["control"]

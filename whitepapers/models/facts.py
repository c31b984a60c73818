from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Provider

from .services import Location, Service


class Fact(models.Model):
    """A typed value for a definition, stated for the provider, one service, one location, or a service at a location.

    The most specific wins: service and location, location, service, provider. The value's form depends on the
    definition's kind (``controls.facts``); an unknown fact has no row.
    """

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="facts")
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="facts")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="facts")
    name = models.SlugField(max_length=60)  # of a controls.FactDefinition
    value = models.JSONField()
    source_note = models.TextField("根拠メモ", blank=True)  # private: never in a Document
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "事実"
        verbose_name_plural = "事実"
        ordering = ["name", "pk"]
        constraints = [
            # NULLs are distinct in a unique index of SQLite, so each of the four places has a constraint of its own.
            models.UniqueConstraint(
                fields=["provider", "name"],
                condition=Q(service=None, location=None),
                name="one_fact_per_provider",
            ),
            models.UniqueConstraint(
                fields=["service", "name"],
                condition=Q(service__isnull=False, location=None),
                name="one_fact_per_service",
            ),
            models.UniqueConstraint(
                fields=["location", "name"],
                condition=Q(service=None, location__isnull=False),
                name="one_fact_per_location",
            ),
            models.UniqueConstraint(
                fields=["service", "location", "name"],
                condition=Q(service__isnull=False, location__isnull=False),
                name="one_fact_per_service_and_location",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FactConfirmation(models.Model):
    """A person has confirmed that a value inherited from the provider holds for a service. It counts for that value only."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="fact_confirmations")
    name = models.SlugField(max_length=60)
    digest = models.CharField(max_length=64)  # SHA-256 of the value's canonical JSON
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="one_confirmation_per_service_and_fact")
        ]

    def __str__(self) -> str:
        return self.name

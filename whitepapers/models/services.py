from django.db import models

from accounts.models import Provider


class Location(models.Model):
    """Where a service runs: a site of the provider or a region of the cloud it builds on (拠点)."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="locations")
    name = models.CharField("拠点名", max_length=100)

    class Meta:
        verbose_name = "拠点"
        verbose_name_plural = "拠点"
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="one_location_per_name")]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(models.QuerySet["Service"]):
    def active(self) -> "ServiceQuerySet":
        return self.filter(archived_at=None)


class Service(models.Model):
    """What a paper is about; it may stand for a family of services."""

    class Model(models.TextChoices):
        SAAS = "SaaS", "SaaS"
        PAAS = "PaaS", "PaaS"
        IAAS = "IaaS", "IaaS"
        OTHER = "other", "その他"

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="services")
    name = models.CharField("サービス名", max_length=200)
    alias = models.CharField(
        "略称", max_length=100, default="本サービス", help_text="文中での呼び方です。例：本サービス"
    )
    model = models.CharField("提供形態", max_length=5, choices=Model.choices, default=Model.SAAS)
    locations = models.ManyToManyField(Location, blank=True, related_name="services", verbose_name="拠点")
    archived_at = models.DateTimeField("保管日時", null=True, blank=True)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "サービス"
        verbose_name_plural = "サービス"
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="one_service_per_name")]

    def __str__(self) -> str:
        return self.name

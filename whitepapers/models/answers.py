from django.conf import settings
from django.db import models

from accounts.models import Provider
from controls.models import Control


class StandardAnswer(models.Model):
    """The provider's own answer to a control, shared by its services (共通回答). A control may have several parts."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="standard_answers")
    control = models.ForeignKey(Control, models.PROTECT, related_name="+")
    part = models.CharField("区分名", max_length=50, blank=True)
    body = models.TextField("本文", blank=True, max_length=100_000)
    stances = models.JSONField(default=list)  # [{"stance": "provided", "scope": ""}]
    counter = models.PositiveIntegerField(
        default=0
    )  # grows with every save: tells a second editor that they are second
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "共通回答"
        verbose_name_plural = "共通回答"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "control", "part"], name="one_standard_answer_per_control_and_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.control.number} {self.part}".strip()


class StandardAnswerRevision(models.Model):
    """What a standard answer said from a moment on; a section that overrides it remembers the one it departed from."""

    answer = models.ForeignKey(StandardAnswer, models.CASCADE, related_name="revisions")
    body = models.TextField(blank=True)
    stances = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.answer} {self.at:%Y-%m-%d %H:%M}"

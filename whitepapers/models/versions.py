from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Provider
from audit.frozen import FrozenQuerySet

from .. import canonical
from ..document import Document, Imprint
from .papers import Whitepaper
from .reviews import Review


class VersionQuerySet(FrozenQuerySet["Version"]):
    """What is issued never changes: rows are added, and neither changed nor deleted (immutability.py)."""

    def in_order(self) -> VersionQuerySet:
        """The newest number first, without the long texts."""
        return self.defer("document", "imprint").order_by("whitepaper_id", "-major", "-minor", "-patch")

    def not_withdrawn(self) -> VersionQuerySet:
        return self.filter(withdrawal=None)

    def current(self, paper: Whitepaper) -> Version | None:
        """The highest number of the paper that is not withdrawn, or None."""
        return self.filter(whitepaper=paper).not_withdrawn().order_by("-major", "-minor", "-patch").first()

    def latest_number(self, paper: Whitepaper) -> Version | None:
        """The highest number of the paper, withdrawn or not: the next one must be higher."""
        return self.filter(whitepaper=paper).order_by("-major", "-minor", "-patch").first()


class Version(models.Model):
    """An issued paper (版): the frozen Document, its imprint, and the digests of both."""

    whitepaper = models.ForeignKey(Whitepaper, models.PROTECT, related_name="versions")
    review = models.OneToOneField(Review, models.PROTECT, related_name="version")
    number = models.CharField("版数", max_length=20)  # as written: 1.0
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField(default=0)
    patch = models.PositiveIntegerField(default=0)
    document = models.TextField()  # canonical JSON of a document.Document
    digest = models.CharField("ダイジェスト", max_length=64)
    imprint = models.TextField()  # canonical JSON of a document.Imprint
    imprint_digest = models.CharField(max_length=64)
    date = models.DateField("発行日")
    summary = models.TextField("改訂内容", blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_by_name = models.CharField("発行者", max_length=100)
    issued_at = models.DateTimeField("発行日時")

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = "版"
        verbose_name_plural = "版"
        ordering = ["whitepaper_id", "-major", "-minor", "-patch"]
        constraints = [
            models.UniqueConstraint(fields=["whitepaper", "major", "minor", "patch"], name="one_number_per_paper"),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def frozen(self) -> Document:
        return Document.from_json(self.document)

    @cached_property
    def frozen_imprint(self) -> Imprint:
        imprint: Imprint = canonical.from_json(self.imprint, Imprint)
        return imprint

    @property
    def ordinal(self) -> tuple[int, int, int]:
        return (self.major, self.minor, self.patch)


class Artefact(models.Model):
    """A file of an issued version, stored under its own SHA-256."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="artefacts")
    format = models.CharField(max_length=10)  # of rendering.FORMATS
    media_type = models.CharField(max_length=100)
    name = models.CharField("ファイル名", max_length=300)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("大きさ")  # bytes
    path = models.CharField(max_length=200)  # in the storage "artefacts"

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["version_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["version", "format"], name="one_artefact_per_format")]

    def __str__(self) -> str:
        return self.name


class Withdrawal(models.Model):
    """A version that is no longer in force (廃止). Appended; the version itself stays as it is."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="withdrawal")
    reason = models.TextField("理由", max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_withdrawal_says_why")]

    def __str__(self) -> str:
        return f"{self.version} 廃止"


class EarlierIssue(models.Model):
    """The file of an issue from before Hakusho, attached as it was."""

    whitepaper = models.ForeignKey(Whitepaper, models.PROTECT, related_name="earlier_issues")
    number = models.CharField("版数", max_length=20)
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField(default=0)
    patch = models.PositiveIntegerField(default=0)
    date = models.DateField("発行日", null=True, blank=True)
    media_type = models.CharField(max_length=100)
    name = models.CharField("ファイル名", max_length=300)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("大きさ")  # bytes
    path = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        verbose_name = "以前の版"
        verbose_name_plural = "以前の版"
        ordering = ["whitepaper_id", "-major", "-minor", "-patch"]
        constraints = [
            models.UniqueConstraint(
                fields=["whitepaper", "major", "minor", "patch"], name="one_earlier_issue_per_number"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Recheck(models.Model):
    """Somebody read the current version again and nothing has changed (最終確認日)."""

    whitepaper = models.ForeignKey(Whitepaper, models.PROTECT, related_name="rechecks")
    version = models.ForeignKey(Version, models.PROTECT, related_name="rechecks")
    date = models.DateField("最終確認日")
    note = models.TextField("メモ", blank=True, max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["-date", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} {self.date}"


class StoredFile(models.Model):
    """A file kept in the database itself, under its SHA-256: the storage that needs nothing else (storing.py)."""

    name = models.CharField(max_length=200, unique=True)
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()  # bytes
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """What a person is told, by mail at once or in one digest a day (notifying.py)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="+")
    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    path = models.CharField(max_length=300)  # of the page where the person acts
    created_at = models.DateTimeField(auto_now_add=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["user"], condition=Q(mailed_at=None), name="notices_to_be_mailed")]

    def __str__(self) -> str:
        return self.text

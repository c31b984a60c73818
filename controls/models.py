"""What the standards say: editions of frameworks, their controls, and what a reader must learn about each.

A loaded release never changes; changed data is loaded beside it as the next release (``loading.py``). Papers
pin one.
Ids and titles only: no text of a standard is kept here.
"""

from django.db import models

from .stances import Stance


class Release(models.Model):
    """One state of the shipped data, whole: editions, crosswalks, disclosure points, facts and phrases."""

    number = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the data it was loaded from
    loaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.number)


def _newest_release() -> "models.QuerySet[Release, int]":
    return Release.objects.order_by("-number").values_list("number", flat=True)[:1]


class EditionQuerySet(models.QuerySet["Edition"]):
    def newest(self) -> "EditionQuerySet":
        """The editions of the newest release."""
        return self.filter(release=_newest_release())

    def for_papers(self) -> "EditionQuerySet":
        """The editions a new paper may be written for, newest release of each."""
        return self.newest().filter(for_papers=True)


class Edition(models.Model):
    """One edition of a framework, in one release of our data (``iso27017-2015`` release 1)."""

    class Status(models.TextChoices):
        CURRENT = "current", "現行"
        SUPERSEDED = "superseded", "旧版"
        PROVISIONAL = "provisional", "暫定"

    slug = models.SlugField("識別名", max_length=40)
    release = models.ForeignKey(Release, models.CASCADE, related_name="editions")
    framework = models.CharField("規格", max_length=60)  # ISO/IEC 27017
    year = models.PositiveIntegerField("年")
    title_ja = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    jis = models.CharField("JIS", max_length=60, blank=True)  # JIS Q 27017:2016
    status = models.CharField(max_length=12, choices=Status.choices)
    note = models.TextField("注記", blank=True)
    based_on = models.CharField(max_length=40, blank=True)  # slug of the edition whose controls this one extends
    for_papers = models.BooleanField(default=True)  # iso27002-2013 is only the base of another
    position = models.PositiveIntegerField()

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = "版"
        verbose_name_plural = "版"
        ordering = ["-release", "position"]
        constraints = [models.UniqueConstraint(fields=["slug", "release"], name="one_row_per_edition_and_release")]

    def __str__(self) -> str:
        return f"{self.framework}:{self.year}"


class Clause(models.Model):
    """A heading above the controls: a clause (箇条) or, below it, a category (区分)."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="clauses")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="categories")
    number = models.CharField(max_length=20)
    position = models.PositiveIntegerField()
    title_ja = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            # A category may carry the number of its clause (27002:2022 has categories only, 27002:2005 both).
            models.UniqueConstraint(fields=["edition", "position"], name="one_clause_per_place")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title_ja}"


class Control(models.Model):
    class Confidence(models.TextChoices):
        HIGH = "high", "確認済み"
        MEDIUM = "medium", "要確認"
        LOW = "low", "未確認"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="controls")
    clause = models.ForeignKey(Clause, models.CASCADE, related_name="controls")  # the nearest heading above it
    number = models.CharField("管理策番号", max_length=20)  # 12.3.1, CLD.8.1.5, 8.13
    position = models.PositiveIntegerField()
    title_ja = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    confidence = models.CharField(max_length=6, choices=Confidence.choices)  # how well title_ja is attested
    title_variants = models.JSONField(default=list)  # other Japanese titles met in print, list of str
    provider_guidance = models.BooleanField(default=False)  # the edition has guidance for providers
    customer_guidance = models.BooleanField(default=False)
    cloud_specific = models.BooleanField(default=False)  # CLD.* and the 2026 edition's own controls
    in_whitepapers = models.BooleanField(default=False)  # one of the controls a whitepaper answers (44 in 2015)
    guidance_ja = models.TextField(blank=True)  # our own words: what a reader looks for here
    guidance_en = models.TextField(blank=True)

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="one_control_per_number"),
            models.UniqueConstraint(fields=["edition", "position"], name="one_control_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title_ja}"


class Crosswalk(models.Model):
    """A table that leads from the controls of one edition to those of another (対応表)."""

    source = models.ForeignKey(Edition, models.CASCADE, related_name="crosswalks_out")
    target = models.ForeignKey(Edition, models.CASCADE, related_name="crosswalks_in")
    confidence = models.CharField(max_length=6, choices=Control.Confidence.choices)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="one_crosswalk_per_pair")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Link(models.Model):
    """One row of a crosswalk. ``new`` has no source, ``dropped`` no target."""

    class Relation(models.TextChoices):
        EQUAL = "equal", "同じ"
        SUBSET = "subset", "一部"
        SUPERSET = "superset", "包含"
        INTERSECT = "intersect", "一部が重なる"
        UNSPECIFIED = "unspecified", "対応"
        NEW = "new", "新設"
        DROPPED = "dropped", "廃止"

    crosswalk = models.ForeignKey(Crosswalk, models.CASCADE, related_name="links")
    source = models.ForeignKey(Control, models.CASCADE, null=True, related_name="links_out")
    target = models.ForeignKey(Control, models.CASCADE, null=True, related_name="links_in")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["crosswalk", "position"]
        constraints = [
            models.UniqueConstraint(fields=["crosswalk", "source", "target"], name="one_link_per_pair"),
            models.CheckConstraint(
                condition=models.Q(relation="new", source=None, target__isnull=False)
                | models.Q(relation="dropped", source__isnull=False, target=None)
                | (~models.Q(relation__in=["new", "dropped"]) & models.Q(source__isnull=False, target__isnull=False)),
                name="link_has_both_ends_unless_new_or_dropped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class DisclosurePoint(models.Model):
    """What a reader must be able to learn about a control (開示事項)."""

    control = models.ForeignKey(Control, models.CASCADE, related_name="points")
    key = models.SlugField(max_length=60)
    position = models.PositiveIntegerField()
    label_ja = models.CharField(max_length=200)
    label_en = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=False)
    facts = models.JSONField(default=list)  # names of FactDefinition, the key fact first

    class Meta:
        ordering = ["control", "position"]
        constraints = [models.UniqueConstraint(fields=["control", "key"], name="one_point_per_control_and_key")]

    def __str__(self) -> str:
        return self.label_ja


class FactDefinitionQuerySet(models.QuerySet["FactDefinition"]):
    def of(self, edition: Edition) -> "FactDefinitionQuerySet":
        return self.filter(release=edition.release_id)

    def newest(self) -> "FactDefinitionQuerySet":
        return self.filter(release=_newest_release())


class FactDefinition(models.Model):
    """What can be stated about a service as a typed value. ``facts.py`` knows the kinds and their values."""

    class Owner(models.TextChoices):
        PROVIDER = "provider", "提供者"
        SERVICE = "service", "サービス"
        LOCATION = "location", "拠点"

    release = models.ForeignKey(Release, models.CASCADE, related_name="fact_definitions")
    name = models.SlugField(max_length=60)  # backup_retention_days
    position = models.PositiveIntegerField()
    control_number = models.CharField(max_length=20)  # of iso27017-2015: where it is grouped
    label_ja = models.CharField(max_length=100)
    label_en = models.CharField(max_length=200, blank=True)
    help_ja = models.TextField(blank=True)
    help_en = models.TextField(blank=True)
    owner = models.CharField(max_length=8, choices=Owner.choices)
    # {"kind": "duration", "units": ["day", …], "minimum": 1, …}: the type, see controls.facts
    type = models.JSONField()

    objects = FactDefinitionQuerySet.as_manager()

    class Meta:
        ordering = ["release", "position"]
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="one_definition_per_release_and_name")]

    def __str__(self) -> str:
        return self.label_ja


class Phrase(models.Model):
    """The project's own wording for a control and a stance (文例); ``phrases.py`` fills it."""

    control = models.ForeignKey(Control, models.CASCADE, related_name="phrases")
    key = models.SlugField(max_length=60)
    position = models.PositiveIntegerField()
    stance = models.CharField(max_length=20)  # one of controls.stances.Stance
    title_ja = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["control", "position"]
        constraints = [models.UniqueConstraint(fields=["control", "key"], name="one_phrase_per_control_and_key")]

    def __str__(self) -> str:
        return self.title_ja

    @property
    def stance_label(self) -> str:
        return str(Stance(self.stance).label)

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Q

from accounts.models import Provider
from controls.models import Control, Edition

from .answers import StandardAnswer, StandardAnswerRevision
from .services import Service

NUMBER_PATTERN = r"^\d+(\.\d+){0,2}$"


class WhitepaperQuerySet(models.QuerySet["Whitepaper"]):
    def of(self, provider: Provider) -> "WhitepaperQuerySet":
        """The papers in use of a provider: neither they nor their services are archived."""
        papers = self.filter(service__provider=provider, service__archived_at=None, archived_at=None)
        return papers.select_related("service", "edition").order_by("service__name", "pk")

    def with_progress(self) -> "WhitepaperQuerySet":
        """With ``answers`` (sections that answer controls) and ``answers_done``."""
        answering = Q(sections__kind="control", sections__included=True)
        return self.annotate(
            answers=Count("sections", filter=answering),
            answers_done=Count("sections", filter=answering & Q(sections__progress="done")),
        )


class Whitepaper(models.Model):
    """One paper: service × edition × language. What describes the one document is here and not a fact."""

    class HistoryPlace(models.TextChoices):
        FRONT = "front", "目次の前"
        BACK = "back", "巻末"
        OUTLINE = "outline", "改訂履歴の節"
        NONE = "none", "載せない"

    class HistoryStyle(models.TextChoices):
        TABLE = "table", "表"
        LIST = "list", "箇条書き"

    class Language(models.TextChoices):
        JA = "ja", "日本語"

    service = models.ForeignKey(Service, models.CASCADE, related_name="whitepapers")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name="規格の版")
    second_edition = models.ForeignKey(
        Edition, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="併記する版"
    )
    language = models.CharField("言語", max_length=2, choices=Language.choices, default=Language.JA)

    title = models.CharField("題名", max_length=300)
    subtitle = models.CharField("副題", max_length=300, blank=True)
    document_number = models.CharField("文書番号", max_length=100, blank=True)
    classification = models.CharField("公開範囲", max_length=100, blank=True)
    header = models.CharField("ヘッダー", max_length=300, blank=True, help_text="空欄のときは題名を印刷します。")

    version_label = models.CharField("版の表記", max_length=100, default="第{number}版")
    date_label = models.CharField("日付の表記", max_length=100, blank=True, default="{year}年{month}月{day}日")
    planned_number = models.CharField(
        "次の版数",
        max_length=20,
        blank=True,
        validators=[RegexValidator(NUMBER_PATTERN, "版数は 1.0 のような数字で入力してください。")],
    )
    planned_date = models.DateField("次の発行日", null=True, blank=True)
    planned_summary = models.TextField("次の版の改訂内容", blank=True, max_length=20_000)  # in the Markdown subset
    planned_note = models.TextField("次の版の備考", blank=True, max_length=2000)
    planned_author = models.CharField("次の版の作成者", max_length=100, blank=True)

    toc_depth = models.PositiveSmallIntegerField("目次の深さ", default=2, validators=[MaxValueValidator(4)])
    control_prefix = models.CharField("管理策番号の接頭辞", max_length=10, blank=True)
    number_suffix = models.CharField("章番号の接尾辞", max_length=5, blank=True)
    reference_line = models.CharField("参照行", max_length=300, blank=True)

    history_heading = models.CharField("改訂履歴の見出し", max_length=50, default="改訂履歴")
    history_place = models.CharField(
        "改訂履歴の位置", max_length=7, choices=HistoryPlace.choices, default=HistoryPlace.FRONT
    )
    history_style = models.CharField(
        "改訂履歴の形", max_length=5, choices=HistoryStyle.choices, default=HistoryStyle.TABLE
    )
    history_number_label = models.CharField(max_length=100, default="{number}")
    history_date_label = models.CharField(max_length=100, blank=True, default="{year}/{month:02}/{day:02}")
    history_columns = models.JSONField(default=list)  # [["number", "版数"], …]
    colophon = models.JSONField(default=list)  # [["作成 / 発行", "株式会社…"], …]
    notices = models.JSONField(default=list)  # [str, …]

    archived_at = models.DateTimeField("保管日時", null=True, blank=True)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    objects = WhitepaperQuerySet.as_manager()

    class Meta:
        verbose_name = "ペーパー"
        verbose_name_plural = "ペーパー"
        ordering = ["service__name", "pk"]
        constraints = [
            # Per edition and not per release of it: the paper moves along when the catalog is corrected.
            models.UniqueConstraint(
                fields=["service", "edition", "language"],
                condition=Q(archived_at=None),
                name="one_paper_per_service_edition_and_language",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SectionQuerySet(models.QuerySet["Section"]):
    def in_outline_order(self) -> "SectionQuerySet":
        return self.order_by("parent_id", "position", "pk")


class Section(models.Model):
    """A node of the outline (節). Numbers are not stored: ``numbering.py`` gives them from the tree."""

    class Kind(models.TextChoices):
        PROSE = "prose", "文章"
        CONTROL = "control", "管理策"
        HISTORY = "history", "改訂履歴"

    class Numbering(models.TextChoices):
        DECIMAL = "decimal", "連番"
        CONTROL = "control", "管理策番号"
        NONE = "none", "番号なし"

    class Progress(models.TextChoices):
        OPEN = "open", "未着手"
        WRITING = "writing", "作成中"
        DONE = "done", "完了"

    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, related_name="sections")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField()
    kind = models.CharField("種類", max_length=7, choices=Kind.choices)
    numbering = models.CharField("番号", max_length=7, choices=Numbering.choices, default=Numbering.DECIMAL)
    title = models.CharField("見出し", max_length=300, blank=True)
    key = models.SlugField("参照名", max_length=60, blank=True)
    body = models.TextField("本文", blank=True, max_length=100_000)
    stances = models.JSONField("回答区分", default=list)  # [{"stance": "provided", "scope": ""}]
    answered_points = models.JSONField(
        "文章で答えた開示事項", default=list
    )  # keys of points the author marked as answered
    controls = models.ManyToManyField(Control, through="SectionControl", related_name="+")

    # The standard answer a section inherits. With departed_from set it overrides that answer: body and stances are its own.
    standard_answer = models.ForeignKey(StandardAnswer, models.SET_NULL, null=True, blank=True, related_name="sections")
    departed_from = models.ForeignKey(StandardAnswerRevision, models.SET_NULL, null=True, blank=True, related_name="+")

    included = models.BooleanField("ペーパーに載せる", default=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="sections", verbose_name="担当者"
    )
    due = models.DateField("期限", null=True, blank=True)
    needs_confirmation = models.BooleanField("要確認", default=False)  # copied from another paper, not yet read here
    progress = models.CharField("進み具合", max_length=7, choices=Progress.choices, default=Progress.OPEN)
    internal_note = models.TextField("内部メモ", blank=True)  # never in a Document
    counter = models.PositiveIntegerField(
        default=0
    )  # grows with every save: tells a second editor that they are second

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = "節"
        verbose_name_plural = "節"
        ordering = ["whitepaper_id", "position", "pk"]  # the column: the relation would join paper and service
        constraints = [
            models.UniqueConstraint(fields=["whitepaper", "key"], condition=~Q(key=""), name="one_section_per_key"),
            models.CheckConstraint(
                condition=Q(kind="control") | ~Q(title=""), name="only_control_sections_may_lack_a_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"節 {self.pk}"


class SectionControl(models.Model):
    """A control that a section answers, in the section's own order."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="section_controls")
    control = models.ForeignKey(Control, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["section_id", "position"]
        constraints = [models.UniqueConstraint(fields=["section", "control"], name="one_control_once_per_section")]

    def __str__(self) -> str:
        return f"{self.section_id}: {self.control_id}"


class SectionRevision(models.Model):
    """Who changed a section when, and what it said before and after (節の履歴). Autosaves of one sitting are one."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="revisions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(auto_now=True)  # the last save of the sitting
    autosaved = models.BooleanField(default=False)  # a sitting that the next autosave of the same person may continue
    before = models.JSONField()  # the editable fields, as editing.content_of() gives them
    after = models.JSONField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.section_id} {self.at:%Y-%m-%d %H:%M}"


class SectionPresence(models.Model):
    """Somebody has the section open: 「山田さんが編集中」. Written by the page every few seconds, old rows mean nothing."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "user"], name="one_presence_per_section_and_person")]

    def __str__(self) -> str:
        return f"{self.section_id} {self.user}"


class Figure(models.Model):
    """A figure that stands where its placeholder is: layers of responsibility, or a picture."""

    class Kind(models.TextChoices):
        RESPONSIBILITY = "responsibility", "責任分界点"
        IMAGE = "image", "画像"

    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, related_name="figures")
    key = models.SlugField("参照名", max_length=60)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField("種類", max_length=14, choices=Kind.choices)
    caption = models.CharField("図の題名", max_length=300, blank=True)
    alt = models.CharField("代替テキスト", max_length=1000, blank=True)
    layers = models.JSONField(default=list)  # responsibility: [{"name": "保存データ", "party": "お客様"}], top first
    media_type = models.CharField(max_length=20, blank=True)  # image: image/png or image/jpeg
    image = models.BinaryField(blank=True, default=b"")
    width = models.PositiveIntegerField(default=0)  # pixels
    height = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "図"
        verbose_name_plural = "図"
        ordering = ["whitepaper_id", "position"]
        constraints = [models.UniqueConstraint(fields=["whitepaper", "key"], name="one_figure_per_key")]

    def __str__(self) -> str:
        return self.caption or self.key


class HistoryRow(models.Model):
    """A row of the revision history that was issued before, here or outside of Hakusho."""

    whitepaper = models.ForeignKey(Whitepaper, models.CASCADE, related_name="history_rows")
    position = models.PositiveSmallIntegerField()
    number = models.CharField("版数", max_length=20)
    date = models.DateField("日付", null=True, blank=True)
    summary = models.TextField("内容", blank=True)
    note = models.TextField("備考", blank=True)
    author = models.CharField("作成者", max_length=100, blank=True)

    class Meta:
        verbose_name = "改訂履歴"
        verbose_name_plural = "改訂履歴"
        ordering = ["whitepaper_id", "position"]
        constraints = [models.UniqueConstraint(fields=["whitepaper", "number"], name="one_history_row_per_number")]

    def __str__(self) -> str:
        return self.number

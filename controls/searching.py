"""Searches the newest editions by control number or by words, Japanese or English."""

import re
import unicodedata
from dataclasses import dataclass, field

from django.db.models import QuerySet

from .models import Control, DisclosurePoint, Edition, FactDefinition
from .titles import fold

MAX_QUERY = 100
MAX_HITS = 100

_NUMBER = re.compile(r"(?P<annex>A\.?)?(?P<cloud>CLD\.?)?(?P<digits>[0-9]{1,2}(\.[0-9]{1,2}){0,2})\.?")


@dataclass
class Hit:
    control: Control
    points: list[str] = field(default_factory=list)  # labels of the disclosure points that matched


@dataclass
class Found:
    """``groups`` has at most :data:`MAX_HITS` hits in all; ``total`` counts those left out too."""

    total: int
    groups: list[tuple[Edition, list[Hit]]]

    @property
    def is_cut(self) -> bool:
        return self.total > MAX_HITS


class CannotSearch(Exception):
    """The query is none. The message is a Japanese sentence."""


def search(query: str) -> Found:
    """What the newest editions have for ``query``, grouped by edition; the number of queries is constant."""
    words = unicodedata.normalize("NFKC", query).replace("\0", "").split()
    if not words:
        return Found(0, [])
    if len(query) > MAX_QUERY:
        raise CannotSearch(f"検索する語は{MAX_QUERY}文字以内で入力してください。")
    controls = Control.objects.filter(edition__in=Edition.objects.newest()).select_related("edition")
    ordered = controls.order_by("edition__position", "position")
    number = _NUMBER.fullmatch("".join(words).upper())
    hits = _by_number(ordered, number) if number else _by_words(ordered, [fold(word) for word in words])
    groups: dict[int, tuple[Edition, list[Hit]]] = {}
    for hit in hits[:MAX_HITS]:
        edition = hit.control.edition
        groups.setdefault(edition.pk, (edition, []))[1].append(hit)
    return Found(len(hits), list(groups.values()))


def _by_number(controls: QuerySet[Control], wanted: re.Match[str]) -> list[Hit]:
    """Those with the number itself or below it: 12.3 finds 12.3.1, not 12.30."""
    digits = wanted["digits"]
    hits = []
    for control in controls:
        own = control.number.removeprefix("CLD.")
        if own != digits and not own.startswith(f"{digits}."):
            continue
        # A. is said of the annex of ISO/IEC 27001, which has no cloud-specific controls.
        if (wanted["cloud"] and not control.cloud_specific) or (wanted["annex"] and control.cloud_specific):
            continue
        hits.append(Hit(control))
    return hits


def _by_words(controls: QuerySet[Control], words: list[str]) -> list[Hit]:
    """Those whose titles hold every word, or one of whose disclosure points (with its facts) does."""
    labels = {
        name: f"{ja}\0{en}"
        for name, ja, en in FactDefinition.objects.newest().values_list("name", "label_ja", "label_en")
    }
    matched: dict[int, list[str]] = {}
    points = DisclosurePoint.objects.filter(control__edition__in=Edition.objects.newest())
    for control_id, ja, en, facts in points.order_by("position").values_list(
        "control", "label_ja", "label_en", "facts"
    ):
        if _holds([ja, en, *(labels.get(name, "") for name in facts)], words):
            matched.setdefault(control_id, []).append(ja)
    hits = []
    for control in controls:
        titles = [control.title_ja, control.title_en, *control.title_variants]
        in_title = _holds(titles, words)
        if in_title or control.pk in matched:
            hits.append((control.edition.position, not in_title, Hit(control, matched.get(control.pk, []))))
    # Within an edition, what the title says comes before what only a disclosure point says.
    return [hit for _, _, hit in sorted(hits, key=lambda each: each[:2])]


def _holds(texts: list[str], words: list[str]) -> bool:
    haystack = "\0".join(map(fold, texts))
    return all(word in haystack for word in words)

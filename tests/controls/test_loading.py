"""Loading: once, twice, at the same time, after a change; and what the shipped catalog holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from controls.catalog import CannotLoad
from controls.loading import load
from controls.models import (
    Control,
    Crosswalk,
    DisclosurePoint,
    Edition,
    FactDefinition,
    Link,
    Phrase,
    Release,
)
from tests.factories import make_catalog, make_edition

from .small_catalog import small_catalog, write

pytestmark = pytest.mark.django_db


def rows() -> dict[str, list[tuple[object, ...]]]:
    models = (Release, Edition, Control, Crosswalk, Link, DisclosurePoint, FactDefinition, Phrase)
    return {model.__name__: list(model.objects.order_by("pk").values_list()) for model in models}


@pytest.mark.usefixtures("nothing_loaded")
def test_loading_twice_writes_nothing_the_second_time() -> None:
    first = load()
    before = rows()
    with CaptureQueriesContext(connection) as queries:
        second = load()
    assert second == first
    assert rows() == before
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


@pytest.mark.usefixtures("nothing_loaded")
def test_changed_data_becomes_the_next_release_beside_the_loaded_one(tmp_path: Path) -> None:
    data = small_catalog()
    first = load(write(tmp_path, data))
    before = rows()
    data["iso27002-2022.yaml"]["controls"][0]["ja"] = "直した題名"
    second = load(write(tmp_path, data))
    assert (first.number, second.number) == (1, 2)
    after = rows()
    assert all(row in after[name] for name, values in before.items() for row in values)
    titles = Control.objects.filter(number="8.12").order_by("edition__release").values_list("title_ja", flat=True)
    assert list(titles) == ["題名 8.12", "直した題名"]
    assert {edition.release_id for edition in Edition.objects.newest()} == {2}
    assert Edition.objects.for_papers().count() == 2
    assert FactDefinition.objects.newest().count() == 3


@pytest.mark.usefixtures("nothing_loaded")
def test_going_back_to_loaded_data_writes_nothing(tmp_path: Path) -> None:
    data = small_catalog()
    first = load(write(tmp_path, data))
    changed = small_catalog()
    changed["iso27002-2022.yaml"]["year"] = 2023
    load(write(tmp_path, changed))
    assert load(write(tmp_path, data)) == first
    assert Release.objects.count() == 2


@pytest.mark.usefixtures("nothing_loaded")
def test_nothing_is_written_when_the_data_is_not_sound(tmp_path: Path) -> None:
    data = small_catalog()
    data["iso27002-2022.yaml"]["status"] = "old"
    with pytest.raises(CannotLoad):
        load(write(tmp_path, data))
    assert not Release.objects.exists()


@pytest.mark.usefixtures("nothing_loaded")
def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_catalog")
    assert "規格データを読み込みました（リリース1：4つの版" in capsys.readouterr().out
    call_command("load_catalog")
    assert capsys.readouterr().out == "規格データは読込み済みです（リリース1）。変更はありません。\n"


def test_two_commands_at_the_same_time_load_one_release(tmp_path: Path) -> None:
    database = tmp_path / "catalog.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    output, _ = start("migrate", "controls", "--verbosity=0").communicate(timeout=120)
    assert output == ""
    processes = [start("load_catalog") for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert all("リリース1" in output for output in outputs)


# --- What the shipped catalog holds -------------------------------------------------------------------------


def test_every_edition_has_its_controls_and_those_whitepapers_answer() -> None:
    make_catalog()
    counts = {
        edition.slug: (edition.count, edition.controls.filter(in_whitepapers=True).count())
        for edition in Edition.objects.newest().annotate(count=Count("controls"))
    }
    assert counts == {
        "iso27017-2015": (121, 44),
        "iso27017-2026": (97, 42),
        "iso27002-2022": (93, 34),
        "iso27002-2005": (133, 37),
        "iso27002-2013": (114, 0),
    }
    assert list(Edition.objects.for_papers().values_list("slug", flat=True)) == list(counts)[:4]


def test_the_2026_edition_is_provisional_and_2015_comes_first() -> None:
    make_catalog()
    statuses = list(Edition.objects.newest().values_list("slug", "status"))
    assert statuses[:2] == [("iso27017-2015", "current"), ("iso27017-2026", "provisional")]


def test_cloud_controls_stand_at_the_end_of_their_clause() -> None:
    numbers = list(make_edition().controls.values_list("number", flat=True))
    assert numbers[numbers.index("CLD.8.1.5") - 1 : numbers.index("CLD.8.1.5") + 2] == ["8.3.3", "CLD.8.1.5", "9.1.1"]
    clause = Control.objects.get(edition=make_edition(), number="CLD.8.1.5").clause
    assert (clause.number, clause.parent.number) == ("CLD.8.1", "8")


def test_the_answered_controls_of_2015_are_those_with_guidance_or_of_the_cloud() -> None:
    edition = make_edition()
    for control in edition.controls.prefetch_related("points"):
        has_guidance = control.provider_guidance or control.customer_guidance
        assert control.in_whitepapers == has_guidance == bool(control.points.all()), control.number


def test_points_are_carried_along_the_crosswalk_in_order() -> None:
    make_catalog()

    def keys(slug: str, number: str) -> list[str]:
        control = Control.objects.get(edition__slug=slug, number=number)
        return list(control.points.values_list("key", flat=True))

    assert keys("iso27017-2026", "5.31") == ["law", "compliance", "crypto_regulation"]
    assert keys("iso27002-2022", "8.15") == ["log_function", "log_retention", "admin_log"]
    assert keys("iso27002-2005", "10.5.1") == keys("iso27017-2015", "12.3.1")
    assert keys("iso27017-2026", "8.10") == keys("iso27017-2015", "CLD.8.1.5")
    assert keys("iso27002-2022", "8.10") == []


def test_references_in_carried_phrases_lead_to_controls_of_the_same_edition() -> None:
    from controls.phrases import references

    make_catalog()
    answered = {
        slug: set(Control.objects.filter(edition__slug=slug, in_whitepapers=True).values_list("number", flat=True))
        for slug in ("iso27017-2015", "iso27017-2026", "iso27002-2022", "iso27002-2005")
    }
    seen = 0
    for slug, number, body in Phrase.objects.values_list("control__edition__slug", "control__number", "body"):
        for reference in references(body):
            seen += 1
            assert reference in answered[slug], (slug, number, body)
            assert reference != number
    assert seen > 100


@pytest.mark.usefixtures("nothing_loaded")
def test_a_phrase_whose_reference_leads_nowhere_is_not_carried(tmp_path: Path) -> None:
    load(write(tmp_path, small_catalog()))
    assert list(Phrase.objects.filter(control__number="12.3.1").values_list("key", flat=True)) == ["kept", "see"]
    assert list(Phrase.objects.filter(control__number="8.13").values_list("key", flat=True)) == ["kept"]


@pytest.mark.usefixtures("nothing_loaded")
def test_phrases_of_two_controls_that_merge_keep_keys_of_their_own(tmp_path: Path) -> None:
    data = small_catalog()
    data["iso27017-2015.yaml"]["controls"][0]["whitepaper"] = True
    data["disclosures/clause-12.yaml"]["12.1.1"] = {
        "guidance": {"ja": "手順です。", "en": "Procedures."},
        "points": [{"key": "other", "label": {"ja": "別", "en": "Other"}, "facts": ["backup_targets"]}],
        "phrases": [
            {"key": "kept", "stance": "provided", "title": {"ja": "手順", "en": "Procedures"}, "body": "手順です。"}
        ],
    }
    data["crosswalk-2013-2022.yaml"]["forward"] = {"12.1.1": ["8.13"], "12.3.1": ["8.13"]}
    data["crosswalk-2013-2022.yaml"]["reverse"] = {"8.13": ["12.1.1", "12.3.1"]}
    load(write(tmp_path, data))
    merged = Control.objects.get(number="8.13")
    assert list(merged.phrases.values_list("key", flat=True)) == ["kept", "kept-2"]
    assert list(merged.points.values_list("key", flat=True)) == ["other", "backup_retention"]
    assert merged.guidance_ja == "手順です。\n\n周期を書いてください。"
    assert merged.in_whitepapers

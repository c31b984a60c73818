"""From one edition to another: forwards, backwards, through several tables."""

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from controls.crosswalks import elsewhere, mapped
from controls.loading import CATALOGS
from controls.models import Control, Crosswalk, Edition, Link
from controls.routes import follow, inverse, shortest
from tests.factories import make_catalog, make_edition


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "target", "number", "numbers"),
    [
        # forwards, one table
        ("iso27017-2015", "iso27002-2022", "12.3.1", ["8.13"]),
        ("iso27017-2015", "iso27002-2022", "14.1.1", ["5.8"]),
        ("iso27017-2015", "iso27017-2026", "CLD.8.1.5", ["5.11", "8.10"]),
        ("iso27017-2015", "iso27017-2026", "12.3.1", ["8.13"]),
        ("iso27017-2015", "iso27002-2013", "12.3.1", ["12.3.1"]),
        # backwards
        ("iso27002-2022", "iso27017-2015", "8.15", ["12.4.1", "12.4.2", "12.4.3"]),
        ("iso27017-2026", "iso27017-2015", "8.20", ["13.1.1", "CLD.13.1.4"]),
        # through several
        ("iso27002-2005", "iso27017-2015", "10.5.1", ["12.3.1"]),
        ("iso27017-2015", "iso27002-2005", "12.4.1", ["10.10.1", "10.10.2", "10.10.5"]),
        ("iso27002-2005", "iso27002-2022", "8.3.1", ["6.5"]),
        ("iso27017-2026", "iso27002-2005", "8.13", ["10.5.1"]),
        # none: cloud-specific, dropped, only overlapping
        ("iso27017-2015", "iso27002-2022", "CLD.8.1.5", None),
        ("iso27002-2005", "iso27017-2015", "6.1.1", None),
        ("iso27002-2005", "iso27017-2015", "11.4.6", None),
        ("iso27002-2022", "iso27017-2015", "5.7", None),
    ],
)
def test_a_control_leads_to_its_counterparts(source: str, target: str, number: str, numbers: list[str] | None) -> None:
    make_catalog()
    editions = {edition.slug: edition for edition in Edition.objects.newest()}
    with CaptureQueriesContext(connection) as queries:
        found = mapped(editions[source], editions[target])
    assert found.get(number) == numbers
    assert len(queries) <= 3


@pytest.mark.django_db
def test_every_control_of_27002_2013_has_a_successor_in_2022() -> None:
    edition = make_edition("iso27002-2013")
    assert len(mapped(edition, make_edition("iso27002-2022"))) == 114


@pytest.mark.django_db
def test_every_control_of_2015_leads_into_2026() -> None:
    assert len(mapped(make_edition(), make_edition("iso27017-2026"))) == 121


@pytest.mark.django_db
def test_an_edition_leads_nowhere_from_itself() -> None:
    assert mapped(make_edition(), make_edition()) == {}


@pytest.mark.parametrize("name", ["crosswalk-2005-2013.yaml", "crosswalk-2013-2022.yaml"])
def test_reverse_in_a_file_is_the_inverse_of_forward(name: str) -> None:
    data = yaml.safe_load((CATALOGS / name).read_text(encoding="utf-8"))
    forward = {(here, there) for here, numbers in data["forward"].items() for there in numbers}
    reverse = {(here, there) for there, numbers in data["reverse"].items() for here in numbers}
    assert forward == reverse


@pytest.mark.django_db
def test_a_link_is_loaded_once_with_its_relation() -> None:
    make_catalog()
    counts = {
        (walk.source.slug, walk.target.slug): {
            relation: walk.links.filter(relation=relation).count()
            for relation in Link.Relation.values
            if walk.links.filter(relation=relation).exists()
        }
        for walk in Crosswalk.objects.select_related("source", "target")
    }
    assert counts == {
        ("iso27002-2005", "iso27002-2013"): {"unspecified": 110, "intersect": 16, "new": 11, "dropped": 25},
        ("iso27002-2013", "iso27002-2022"): {"unspecified": 115, "new": 11},
        ("iso27017-2015", "iso27002-2013"): {"equal": 114},
        ("iso27017-2015", "iso27002-2022"): {"unspecified": 115, "new": 11},
        ("iso27017-2015", "iso27017-2026"): {"unspecified": 123, "new": 10},
        ("iso27017-2026", "iso27002-2022"): {"equal": 93},
    }


@pytest.mark.django_db
def test_what_is_new_in_2026_is_what_nothing_leads_to() -> None:
    make_catalog()
    walk = Crosswalk.objects.get(source__slug="iso27017-2015", target__slug="iso27017-2026")
    new = set(walk.links.filter(relation="new").values_list("target__number", flat=True))
    assert new == {"5.7", "5.23", "5.30", "7.4", "8.11", "8.12", "8.23", "8.28", "5.39", "8.36"}
    assert walk.confidence == "low"


@pytest.mark.django_db
def test_elsewhere_tells_overlaps_new_and_dropped_too() -> None:
    make_catalog()

    def told(slug: str, number: str, other: str) -> list[tuple[str | None, str]]:
        control = Control.objects.select_related("edition").get(edition__slug=slug, number=number)
        part = next(each for each in elsewhere(control) if each.edition.slug == other)
        return [(each.control and each.control.number, each.relation) for each in part.counterparts]

    assert told("iso27002-2005", "6.2.1", "iso27002-2013") == [("15.1.1", "一部が重なる"), (None, "廃止")]
    assert told("iso27002-2022", "5.7", "iso27017-2015") == [(None, "新設")]
    assert told("iso27002-2005", "10.5.1", "iso27017-2015") == [("12.3.1", "対応")]
    assert told("iso27017-2015", "12.3.1", "iso27002-2013") == [("12.3.1", "同じ")]


def test_the_way_takes_the_fewest_tables_and_then_the_least_doubt() -> None:
    tables = [("a", "b", 2), ("b", "c", 0), ("d", "a", 0), ("d", "c", 0), ("x", "y", 0)]
    assert shortest(tables, "a", "c") == [(2, True), (3, False)]
    assert shortest([*tables, ("c", "a", 2)], "a", "c") == [(5, True)]
    assert shortest(tables, "a", "x") is None
    assert shortest(tables, "a", "a") == []


def test_following_tables_keeps_each_number_once() -> None:
    first = [("1", "a"), ("1", "b"), ("2", "c")]
    second = [("a", "x"), ("b", "x"), ("b", "y")]
    assert follow([first, second]) == {"1": ["x", "y"]}
    assert follow([inverse(second)]) == {"x": ["a", "b"], "y": ["b"]}
    assert follow([]) == {}

"""Controls × services: what each cell says, the filters, and how little is asked of the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_service
from tests.whitepapers.test_answers import backup, changed, draft, edition, section_of, shared, write
from whitepapers.matrix import MAX_SERVICES, State
from whitepapers.models import Section, SectionControl, Service, Whitepaper

__all__ = ["backup", "edition"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def as_viewer(viewer) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


@pytest.fixture
def url(provider) -> str:
    return reverse("whitepapers:matrix", args=[provider.slug])


@pytest.fixture
def control_url(provider, edition) -> str:
    return reverse("whitepapers:control_matrix", args=[provider.slug, edition.slug, "12.3.1"])


@pytest.fixture
def six(provider, author, edition, backup) -> dict[str, Service]:
    """A service for each state of the backup control, named after it."""
    papers = {"own": draft(provider, edition, author, "own"), "open": draft(provider, edition, author, "open")}
    write(section_of(papers["own"]), author, "個別の回答です。")
    answer = shared(provider, backup, by=author)
    for name in ("shared", "overridden", "newer"):
        papers[name] = draft(provider, edition, author, name)
    write(section_of(papers["newer"]), author, "前の共通回答から離れた回答です。")
    changed(answer, "新しい共通の回答です。", by=author)
    write(section_of(papers["overridden"]), author, "新しい共通回答から離れた回答です。")
    return {name: paper.service for name, paper in papers.items()} | {"absent": make_service(provider, "absent")}


def test_every_cell_says_how_the_service_answers(as_viewer, url, six):
    rows = {row.control.number: row for row in as_viewer.get(url).context["rows"]}
    assert {cell.service.name: [state.value for state in cell.states] for cell in rows["12.3.1"].cells} == {
        name: [name] for name in six
    }
    assert len(rows) == 44


def test_a_cell_leads_to_its_section_and_says_its_state_in_words(as_viewer, url, six):
    html = as_viewer.get(url).content.decode()
    section = Section.objects.get(whitepaper__service=six["newer"], controls__number="12.3.1")
    link = html[html.index(reverse("whitepapers:section", args=[section.whitepaper_id, section.pk])) :][:400]
    assert "新しい共通文あり（12.3.1、newer）" in link
    assert "◇" in link


def test_the_rows_are_filtered_by_state_clause_and_the_44(as_viewer, url, six, edition):
    def numbers(**query):
        return [row.control.number for row in as_viewer.get(url, query).context["rows"]]

    assert numbers(only="newer") == ["12.3.1"]
    assert set(numbers(clause="12")) == {
        number for number in numbers() if number.removeprefix("CLD.").startswith("12.")
    }
    assert len(numbers(controls="all")) == edition.controls.count()
    assert len(numbers(only="nonsense", edition="nonsense")) == 44


def test_up_to_a_dozen_services_are_chosen(as_viewer, url, provider, six):
    for n in range(10):
        make_service(provider, f"z{n:02}")
    shown = as_viewer.get(url).context["columns"]
    assert len(shown) == MAX_SERVICES == 12
    chosen = as_viewer.get(url, {"service": [six["own"].pk, six["open"].pk, "x"]}).context["columns"]
    assert [service.name for service in chosen] == ["open", "own"]
    everything = as_viewer.get(url, {"service": list(Service.objects.values_list("pk", flat=True))})
    assert "12件まで" in everything.content.decode()
    assert len(everything.context["columns"]) == 12


def test_a_control_answered_in_two_sections_has_two_marks_in_its_cell(as_viewer, url, six, edition):
    section = Section.objects.get(whitepaper__service=six["own"], controls__number="12.4.1")
    SectionControl.objects.create(section=section, control=edition.controls.get(number="12.3.1"), position=1)
    row = next(row for row in as_viewer.get(url).context["rows"] if row.control.number == "12.3.1")
    cell = next(cell for cell in row.cells if cell.service == six["own"])
    assert len(cell.entries) == 2


@pytest.mark.parametrize("level", ["section", "parent"])
def test_a_section_left_out_of_the_paper_counts_as_none(as_viewer, url, six, level):
    section = Section.objects.get(whitepaper__service=six["own"], controls__number="12.3.1")
    Section.objects.filter(pk=section.pk if level == "section" else section.parent_id).update(included=False)
    row = next(row for row in as_viewer.get(url).context["rows"] if row.control.number == "12.3.1")
    assert next(cell.states for cell in row.cells if cell.service == six["own"]) == {State.ABSENT}


def test_without_services_the_pages_say_what_to_do(as_viewer, url, control_url):
    assert "サービスはまだありません" in as_viewer.get(url).content.decode()
    assert "サービスはまだありません" in as_viewer.get(control_url).content.decode()


def test_nothing_of_another_provider_is_in_the_matrix(as_viewer, url, control_url, six, stranger, edition):
    other = stranger.memberships.get().provider
    paper = draft(other, edition, stranger, "よその秘密")
    for address in (url, control_url):
        html = as_viewer.get(address, {"service": paper.service_id}).content.decode()
        assert "よその秘密" not in html


# --- One control × all services ----------------------------------------------------------------------------------------


def test_one_control_shows_every_service_with_its_state_and_text(as_viewer, control_url, six):
    page = as_viewer.get(control_url).context["page"]
    assert {line.service.name: line.state.value for line in page} == {name: name for name in six}
    texts = {line.service.name: line.start for line in page}
    assert texts["shared"] == "新しい共通の回答です。"
    assert texts["own"] == "個別の回答です。"


def test_services_are_filtered_by_state_and_name(as_viewer, control_url, six):
    def names(**query):
        return [line.service.name for line in as_viewer.get(control_url, query).context["page"]]

    assert names(only="open") == ["open"]
    assert names(q="OWN") == ["own"]
    assert names(q="own", only="open") == []


def many_services(provider, edition, n: int) -> None:
    """``n`` services, each with a paper of one section, without the work of drafting them."""
    services = Service.objects.bulk_create(Service(provider=provider, name=f"サービス{i:03}") for i in range(n))
    papers = Whitepaper.objects.bulk_create(Whitepaper(service=s, edition=edition, title=s.name) for s in services)
    sections = Section.objects.bulk_create(
        Section(whitepaper=paper, position=0, kind="control", body="毎日{{ backup_retention_days }}。" * 50)
        for paper in papers
    )
    control = edition.controls.get(number="12.3.1")
    SectionControl.objects.bulk_create(SectionControl(section=s, control=control, position=0) for s in sections)


def cost(client: Client, address: str) -> int:
    """Queries of a page that was opened before."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_one_control_with_200_services_asks_no_more_than_with_2_and_is_paged(as_viewer, control_url, provider, edition):
    many_services(provider, edition, 2)
    few = cost(as_viewer, control_url)
    Service.objects.all().delete()
    many_services(provider, edition, 200)
    many = cost(as_viewer, control_url)
    assert many == few <= 16
    first = as_viewer.get(control_url).context["page"]
    assert (len(first), first.paginator.num_pages) == (100, 2)
    last = as_viewer.get(control_url, {"page": "2"}).context["page"]
    assert last[-1].service.name == "サービス199"


def test_44_controls_by_12_services_ask_no_more_than_by_one(as_viewer, url, provider, author, edition):
    draft(provider, edition, author)
    few = cost(as_viewer, url)
    for number in ("12.3.1", "12.4.1", "12.4.4"):
        shared(provider, edition.controls.get(number=number), by=author)
    for _ in range(11):
        draft(provider, edition, author)
    many = cost(as_viewer, url)
    assert many == few <= 12
    rows = as_viewer.get(url).context["rows"]
    assert (len(rows), len(rows[0].cells)) == (44, 12)

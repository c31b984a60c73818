"""Services: the list, adding, changing, archiving; who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_edition, make_fact, make_provider, make_service, make_user
from whitepapers.models import Location, Section, Service, Whitepaper
from whitepapers.offering import CannotOffer, add_service, archive_service, change_service, restore_service

LIST = "/p/aozora/services/"
NEW = "/p/aozora/services/new/"


@pytest.fixture
def service(provider) -> Service:
    return add_service(provider, name="あおぞら会計", locations=["東京", "大阪"], by=make_user())


def typed(**changes: str) -> dict[str, str]:
    return {"name": "あおぞら会計", "alias": "本サービス", "model": "SaaS", "locations": "", **changes}


def make_paper(service: Service, *, done: int = 0, left: int = 0) -> Whitepaper:
    paper = Whitepaper.objects.create(service=service, edition=make_edition(), title=f"{service.name}の白書")
    for position in range(done + left):
        progress = Section.Progress.DONE if position < done else Section.Progress.OPEN
        paper.sections.create(position=position, kind=Section.Kind.CONTROL, progress=progress)
    return paper


# --- who may ------------------------------------------------------------------------------------------------------


def pages(service: Service) -> list[str]:
    return [LIST, NEW, f"/services/{service.pk}/edit/", f"/services/{service.pk}/archive/"]


def test_a_stranger_gets_404(client, service, stranger):
    client.force_login(stranger)
    for page in pages(service):
        assert client.get(page).status_code == 404
        assert client.post(page, typed(action="archive")).status_code in {404, 405}
    assert Service.objects.get(pk=service.pk).archived_at is None


def test_a_viewer_reads_the_list_and_changes_nothing(client, service, viewer):
    client.force_login(viewer)
    html = client.get(LIST).content.decode()
    assert "あおぞら会計" in html
    assert "サービスを追加" not in html
    assert "編集" not in html
    for page in pages(service)[1:]:
        assert client.get(page).status_code == 403
        assert client.post(page, typed(name="別名", action="archive")).status_code == 403
    assert list(Service.objects.values_list("name", "archived_at")) == [("あおぞら会計", None)]


def test_nobody_signed_in_is_sent_to_the_sign_in(client, service):
    for page in pages(service):
        assert client.get(page).url.startswith("/accounts/login/")


# --- the pages ----------------------------------------------------------------------------------------------------


def test_an_author_adds_a_service(client, author):
    client.force_login(author)
    assert client.post(NEW, typed(locations="東京\r\n\r\n 大阪 \r\n東京")).url == LIST
    service = Service.objects.get()
    assert (service.name, service.alias, service.model) == ("あおぞら会計", "本サービス", "SaaS")
    assert [location.name for location in service.locations.all()] == ["大阪", "東京"]


def test_locations_are_shared_by_name(provider, service):
    tokyo = Location.objects.get(name="東京")
    other = add_service(provider, name="あおぞら給与", locations=["東京"], by=make_user())
    assert list(other.locations.all()) == [tokyo]
    elsewhere = add_service(make_provider(), name="よそ", locations=["東京"], by=make_user())
    assert tokyo not in elsewhere.locations.all()


def test_editing_shows_what_is_there_and_saves_it(client, author, service):
    client.force_login(author)
    page = f"/services/{service.pk}/edit/"
    html = client.get(page).content.decode()
    assert "あおぞら会計の編集" in html
    assert "大阪\n東京" in html
    assert client.post(page, typed(name="あおぞら会計Pro", model="PaaS", locations="福岡")).url == LIST
    service.refresh_from_db()
    assert (service.name, service.model) == ("あおぞら会計Pro", "PaaS")
    assert [location.name for location in service.locations.all()] == ["福岡"]


def test_what_was_stated_for_a_location_waits_for_its_return(provider, service):
    fact = make_fact(provider, "retention", 7, service=service, location=Location.objects.get(name="東京"))
    change_service(service, name=service.name, alias="", model="SaaS", locations=[], by=make_user())
    fact.refresh_from_db()
    change_service(service, name=service.name, alias="", model="SaaS", locations=["東京"], by=make_user())
    assert service.locations.get() == fact.location


@pytest.mark.parametrize("page", ["new", "edit"])
def test_a_taken_name_is_a_sentence_at_its_field_and_nothing_typed_is_lost(client, author, provider, service, page):
    client.force_login(author)
    other = make_service(provider, "あおぞら給与")
    page = NEW if page == "new" else f"/services/{other.pk}/edit/"
    html = client.post(page, typed(alias="本製品", locations="札幌")).content.decode()
    assert "「あおぞら会計」という名前のサービスがすでにあります。" in html
    assert 'aria-describedby="id_name_error"' in html
    assert "本製品" in html
    assert "札幌" in html
    assert Service.objects.filter(name="あおぞら会計").count() == 1


def test_the_same_name_at_another_provider_is_no_matter(service):
    assert add_service(make_provider(), name="あおぞら会計", by=make_user()).name == "あおぞら会計"


def test_the_name_of_an_archived_service_is_taken_too(provider, service):
    archive_service(service, by=make_user())
    with pytest.raises(CannotOffer, match="保管中のサービスが使っています"):
        add_service(provider, name="あおぞら会計", by=make_user())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "このフィールドは必須です。"),
        ({"model": "DaaS"}, "正しく選択してください"),
        ({"locations": "東" * 101}, "拠点名は100文字以内"),
        ({"locations": "\n".join(map(str, range(21)))}, "拠点は20件以内"),
    ],
)
def test_bad_input_is_told(client, author, changes, sentence):
    client.force_login(author)
    assert sentence in client.post(NEW, typed(**changes)).content.decode()
    assert not Service.objects.exists()


def test_archiving_asks_first_and_restoring_too(client, author, service):
    client.force_login(author)
    page = f"/services/{service.pk}/archive/"
    assert "「あおぞら会計」を保管しますか" in client.get(page).content.decode()
    assert client.post(page, {"action": "archive"}).url == LIST
    html = client.get(LIST).content.decode()
    assert "保管中のサービス（1）" in html
    assert "「あおぞら会計」を元に戻しますか" in client.get(page).content.decode()
    client.post(page, {"action": "restore"})
    assert "保管中のサービス" not in client.get(LIST).content.decode()


def test_archiving_twice_undoes_nothing(client, author, service):
    client.force_login(author)
    page = f"/services/{service.pk}/archive/"
    client.post(page, {"action": "archive"})
    html = client.post(page, {"action": "archive"}, follow=True).content.decode()
    assert "「あおぞら会計」はすでに保管されています。" in html
    client.post(page, {"action": "delete"})
    assert Service.objects.get().archived_at
    with pytest.raises(CannotOffer, match="保管されていません"):
        restore_service(restore_service(service, by=make_user()), by=make_user())


def test_an_empty_list_says_what_to_do(client, author, viewer):
    client.force_login(author)
    assert "サービスを追加" in client.get(LIST).content.decode()
    client.force_login(viewer)
    html = client.get(LIST).content.decode()
    assert "サービスはまだありません" in html
    assert "サービスを追加" not in html


def test_each_service_links_to_its_facts_and_papers_with_their_progress(client, author, service):
    client.force_login(author)
    paper = make_paper(service, done=2, left=1)
    html = client.get(LIST).content.decode()
    assert f'href="/services/{service.pk}/facts/"' in html
    assert f'href="/papers/{paper.pk}/"' in html
    assert "2 / 3 節" in html


def test_services_of_others_are_not_in_the_list(client, author, stranger):
    make_service(stranger.providers.get(), "よその会計")
    client.force_login(author)
    assert "よその" not in client.get(LIST).content.decode()


def test_the_number_of_queries_does_not_grow_with_services(client, author, provider, service):
    client.force_login(author)
    make_paper(service, left=1)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _service in range(4):
        make_paper(make_service(provider), done=1, left=2)
    archive_service(make_service(provider), by=make_user())
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)

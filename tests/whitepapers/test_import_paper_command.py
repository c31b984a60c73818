"""``manage.py import_paper FILE.json [--provider SLUG] [--new-service NAME]``."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_catalog, make_provider, paper_data, prose
from whitepapers.models import Whitepaper

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    make_catalog()
    path = tmp_path / "paper.json"
    path.write_text(json.dumps(paper_data(prose("A"), service={"name": "例示ストレージ"})), encoding="utf-8")
    return path


def run(*arguments) -> str:
    out = StringIO()
    call_command("import_paper", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments) -> str:
    before = Whitepaper.objects.count()
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert Whitepaper.objects.count() == before
    return str(caught.value)


def test_it_prints_the_new_papers_id_alone_on_the_last_line(file):
    printed = run(file)
    assert printed == f"{Whitepaper.objects.get().pk}\n"


def test_into_a_provider_named_by_slug(file):
    provider = make_provider("reiji")
    run(file, "--provider", "reiji")
    assert Whitepaper.objects.get().service.provider == provider


def test_as_a_new_service(file):
    run(file)
    run(file, "--new-service", "二つ目")
    assert sorted(Whitepaper.objects.values_list("service__name", flat=True)) == ["二つ目", "例示ストレージ"]


def test_a_second_time_it_is_refused_and_says_how_to_go_on(file):
    run(file)
    said = refused(file)
    assert said.startswith("取り込みませんでした。\nservice.name：")
    assert "--new-service" in said


def test_an_unknown_provider_is_refused(file):
    assert "--provider：「nobody」という提供者は登録されていません。" in refused(file, "--provider", "nobody")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    said = refused(tmp_path / "nowhere.json")
    assert said.startswith(f"{tmp_path / 'nowhere.json'} を読めません")


def test_a_folder_is_refused(tmp_path):
    assert "を読めません" in refused(tmp_path)


def test_a_file_that_is_no_paper_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"\xff\xfe")
    assert refused(path) == "取り込みませんでした。\n1行目：UTF-8として読めません。文字コードをUTF-8にしてください。"


def test_a_file_beyond_the_limit_is_refused_without_reading_it_whole(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    assert "20MBまで" in refused(path)

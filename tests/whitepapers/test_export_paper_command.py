"""``manage.py export_paper ID --format … --output FILE``: a whole file or none."""

from __future__ import annotations

import json
import os
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_paper, prose
from whitepapers.compose import compose, draft_imprint
from whitepapers.exporting import export_paper
from whitepapers.management.commands import export_paper as command
from whitepapers.rendering import render

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper():
    whitepaper = {"planned": {"number": "1.1", "date": "2024-05-07"}}
    return make_paper(prose("はじめに", "本文です。"), whitepaper=whitepaper, history=[{"number": "1.0"}])


def run(paper_id, format_name, path, *options) -> str:
    told = StringIO()
    call_command(
        "export_paper",
        str(paper_id),
        "--format",
        format_name,
        "--output",
        str(path),
        *options,
        stdout=told,
        stderr=told,
    )
    return told.getvalue()


def refused(*arguments) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def test_json_is_the_interchange_format_a_line_per_value(paper, tmp_path):
    run(paper.pk, "json", tmp_path / "x.json")
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(export_paper(paper)))
    assert text.startswith('{\n  "format": "hakusho/1",\n')
    assert "はじめに" in text
    assert "\r" not in text


@pytest.mark.parametrize("format_name", ["html", "text"])
def test_html_and_text_are_the_draft(paper, tmp_path, format_name):
    run(paper.pk, format_name, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == render(compose(paper), draft_imprint(paper), format_name)


def test_the_draft_prints_the_planned_number_and_date(paper, tmp_path):
    run(paper.pk, "text", tmp_path / "x")
    text = (tmp_path / "x").read_text(encoding="utf-8")
    assert "第1.1版\n2024年5月7日" in text
    assert "1.1\t2024/05/07" in text


def test_pdf(paper, tmp_path):
    run(paper.pk, "pdf", tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF-")


def test_characters_that_print_as_a_gap_are_told(tmp_path):
    paper = make_paper(prose("はじめに", "絵文字\U0001f9ff"))
    said = run(paper.pk, "pdf", tmp_path / "x.pdf")
    assert "U+1F9FF" in said
    assert "はじめに" in said


def test_what_is_not_built_yet_is_refused_with_a_sentence(paper, tmp_path):
    assert "docx" in refused(paper.pk, "docx", tmp_path / "x")
    assert "発行されていません" in refused(paper.pk, "pdf", tmp_path / "x", "--issue", "1.0")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("paper_id", [0, 99_999_999, 10**30, "-1"])
def test_an_unknown_paper_is_refused(paper_id, tmp_path):
    assert refused(paper_id, "text", tmp_path / "x") == f"番号 {paper_id} のペーパーはありません。"


@pytest.mark.parametrize(("paper_id", "format_name"), [("abc", "text"), ("1", "odt")])
def test_arguments_that_make_no_sense_are_refused(paper_id, format_name, tmp_path):
    refused(paper_id, format_name, tmp_path / "x")


def test_a_folder_that_is_not_there_is_refused(paper, tmp_path):
    said = refused(paper.pk, "text", tmp_path / "nowhere" / "x")
    assert said.startswith(f"{tmp_path / 'nowhere' / 'x'} に書き込めません（")


def test_a_folder_in_the_place_of_the_file_is_refused(paper, tmp_path):
    assert "に書き込めません（" in refused(paper.pk, "text", tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_refused(paper, tmp_path):
    tmp_path.chmod(0o500)
    assert "に書き込めません（" in refused(paper.pk, "text", tmp_path / "x")


def test_a_file_that_is_there_is_replaced_and_keeps_its_rights(paper, tmp_path):
    path = tmp_path / "x"
    path.write_text("before", encoding="utf-8")
    path.chmod(0o640)
    run(paper.pk, "text", path)
    assert "本文です。" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_a_link_stays_a_link(paper, tmp_path):
    (tmp_path / "x").symlink_to(tmp_path / "target")
    run(paper.pk, "text", tmp_path / "x")
    assert (tmp_path / "x").is_symlink()
    assert "本文です。" in (tmp_path / "target").read_text(encoding="utf-8")


def test_a_device_is_written_to_and_not_replaced(paper):
    run(paper.pk, "text", os.devnull)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_when_rendering_fails_the_file_stays_as_it_was(paper, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no font")

    monkeypatch.setattr(command, "render", fail)
    path = tmp_path / "x"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(RuntimeError):
        run(paper.pk, "text", path)
    assert path.read_text(encoding="utf-8") == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_when_the_disk_is_full_the_file_stays_as_it_was(paper, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    path = tmp_path / "x"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setattr(type(path), "replace", fail)
    assert "No space left" in refused(paper.pk, "text", path)
    assert path.read_text(encoding="utf-8") == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_what_the_format_cannot_say_is_refused(paper, tmp_path):
    paper.sections.update(title="x" * 300, key="")
    paper.notices = [""]
    paper.save()
    said = refused(paper.pk, "json", tmp_path / "x.json")
    assert "whitepaper.notices[0]：空にはできません。" in said
    assert not list(tmp_path.iterdir())

"""Two imports of one file at the same moment: one paper, one sentence, on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from accounts.models import Provider
from tests.factories import make_catalog, make_provider, make_service, paper_data, prose
from whitepapers.importing.interchange import import_paper
from whitepapers.importing.reading import CannotImport
from whitepapers.models import Fact, Service, Whitepaper

TIMES = 4


@pytest.fixture
def shared(transactional_db):
    make_catalog()


def import_together(content: bytes) -> list[str]:
    """What each of several threads that begin together gets: "" or the sentence."""
    barrier = threading.Barrier(TIMES)
    outcomes: list[str] = []

    def run() -> None:
        barrier.wait()
        try:
            import_paper(content, by=None)
            outcomes.append("")
        except CannotImport as error:
            outcomes.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def content() -> bytes:
    data = paper_data(prose("A"), provider={"name": "例示"}, service={"name": "S"}, facts={"backup_generations": 3})
    return json.dumps(data).encode()


@pytest.mark.parametrize("known", [False, True], ids=["a new provider", "a known service"])
def test_one_is_taken_and_the_others_get_a_sentence(shared, known):
    if known:
        make_service(make_provider("reiji", name="例示"), "S")
    first, *others = import_together(content())
    assert first == ""
    assert len(others) == TIMES - 1
    assert all("既にあります" in said or "同時に登録されました" in said for said in others), others
    counts = [model.objects.count() for model in (Provider, Service, Whitepaper, Fact)]
    assert counts == [1, 1, 1, 1]


def test_processes_that_share_a_file_of_sqlite_wait_for_each_other(tmp_path: Path):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}"}
    (tmp_path / "paper.json").write_bytes(content())

    def begin(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=pipe, stderr=pipe, text=True)

    for arguments in (("migrate", "--verbosity", "0"), ("load_catalog",)):
        setting_up = begin(*arguments)
        assert (setting_up.communicate()[1], setting_up.returncode) == ("", 0)
    commands = [begin("import_paper", str(tmp_path / "paper.json")) for _ in range(TIMES)]
    told = [(*command.communicate(), command.returncode) for command in commands]
    assert sorted(code for *_, code in told) == [0, *[1] * (TIMES - 1)]
    assert [out.strip() for out, _, code in told if code == 0] == ["1"]
    assert all("既にあります" in said for _, said, code in told if code), told

"""Kill -9 at any moment of issuing, and a full disk: the old state or the new one, and issuing goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from accounts.roles import Role
from tests.factories import make_approved, make_member, make_paper, prose
from whitepapers import issuing, storing
from whitepapers.issuing import CannotIssue, issue
from whitepapers.models import Artefact, HistoryRow, Review, Version
from whitepapers.rendering import FORMATS
from whitepapers.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)
OLD = [
    *("before storing", "between files", "before the transaction"),
    *("after the version", "after the files", "before the entry", "at the commit"),
]
CASES = [("database", point) for point in OLD] + [
    ("folder", "between files"),
    ("folder", "while a file is written"),
    ("folder", "before the entry"),
]


@pytest.fixture
def review():
    paper = make_paper(prose("はじめに", "本文です。"))
    admin = make_member(paper.service.provider, Role.ADMIN)
    return make_approved(paper, by=admin, approver=admin)


def place(settings, where: str, folder: Path) -> str:
    address = "database" if where == "database" else f"file://{folder}"
    settings.STORAGES = {
        **settings.STORAGES,
        "artefacts": {"BACKEND": "whitepapers.storing.storage_at", "OPTIONS": {"address": address}},
    }
    return address


def database() -> str:
    """The test's database as an address for another process."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def run(review: Review, point: str, address: str) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    environment = {
        **kept, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database(), "ARTEFACT_STORAGE": address,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "tests.whitepapers.issuing_child", str(review.pk), point],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def is_old(review: Review) -> bool:
    fresh = Review.objects.get(pk=review.pk)
    open_ = fresh.closed_at is None and fresh.whitepaper.planned_number == review.number
    return open_ and not (Version.objects.exists() or Artefact.objects.exists() or HistoryRow.objects.exists())


def is_new(review: Review) -> bool:
    fresh = Review.objects.get(pk=review.pk)
    version = Version.objects.get(review=review)
    closed = fresh.outcome == "issued" and not fresh.whitepaper.planned_number
    return closed and version.artefacts.count() == len(FORMATS) and HistoryRow.objects.count() == 1


def nothing_left_behind() -> bool:
    storing.sweep(older_than=timedelta(seconds=-5))
    return set(storages["artefacts"].listdir("")[1]) == set(Artefact.objects.values_list("path", flat=True))


@pytest.mark.parametrize(("where", "point"), CASES)
def test_killed_before_the_commit_nothing_was_issued(review, settings, tmp_path, where, point):
    done = run(review, point, place(settings, where, tmp_path))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert is_old(review)
    assert list(verify()) == []
    assert nothing_left_behind()
    issue(review, date=timezone.localdate(), by=review.submitted_by)
    assert is_new(review)
    assert list(verify()) == []
    assert nothing_left_behind()


def test_killed_after_the_commit_everything_was_issued(review, settings, tmp_path):
    done = run(review, "after the commit", place(settings, "database", tmp_path))
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert is_new(review)
    assert list(verify()) == []
    assert nothing_left_behind()


def test_the_points_are_reached_only_when_asked_for(review, settings, tmp_path):
    done = run(review, "nowhere", place(settings, "folder", tmp_path))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert is_new(review)


def test_a_full_disk_is_a_sentence_and_nothing_changed(review, settings, tmp_path):
    done = run(review, "a full disk", place(settings, "folder", tmp_path))
    assert "空き容量がなくなりました" in done.stdout, done.stderr
    assert is_old(review)
    assert list(tmp_path.iterdir()) == []
    assert list(verify()) == []


def test_of_two_who_issue_at_once_one_wins_and_the_other_is_told(review, monkeypatch):
    both = Barrier(2, timeout=60)
    commit = issuing._commit
    monkeypatch.setattr(issuing, "_commit", lambda *args, **kwargs: (both.wait(), commit(*args, **kwargs))[1])

    def attempt(_number: int) -> str:
        try:
            return issue(review, date=timezone.localdate(), by=review.submitted_by).number
        except CannotIssue as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(attempt, range(2)))
    assert told == ["1.0", "この版は、すでに発行されています。版の一覧を確かめてください。"]
    assert is_new(review)
    assert list(verify()) == []

"""Where issued files lie: written once under their hash, whole or not at all; what nobody names is swept."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from whitepapers import storing
from whitepapers.models import StoredFile
from whitepapers.storing import CannotStore, DatabaseStorage, FolderStorage, keep, read, storage_at, sweep

pytestmark = pytest.mark.django_db
CONTENT = "発行した内容".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def place(settings, address: str) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "artefacts": {"BACKEND": "whitepapers.storing.storage_at", "OPTIONS": {"address": address}},
    }


@pytest.fixture(params=["database", "folder"])
def storage(request, settings, tmp_path):
    place(settings, "database" if request.param == "database" else f"file://{tmp_path}/issued")
    return storages["artefacts"]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_the_setting_decides(tmp_path):
    assert isinstance(storage_at("database"), DatabaseStorage)
    assert isinstance(storage_at(f"file://{tmp_path}"), FolderStorage)


@pytest.mark.parametrize("address", ["", "files", "file://relative/path", "file:///", "http://example.com/", "s3://"])
def test_another_address_is_refused_with_a_sentence(address):
    with pytest.raises(ImproperlyConfigured, match="ARTEFACT_STORAGE"):
        storage_at(address)


def test_object_storage_without_its_extra_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.delitem(sys.modules, "whitepapers.storing_in_s3", raising=False)
    monkeypatch.setitem(sys.modules, "storages.backends.s3", None)
    with pytest.raises(ImproperlyConfigured, match="django-storages"):
        storage_at("s3://bucket/prefix")


def test_what_was_kept_is_read(storage):
    kept = keep(CONTENT)
    assert (kept.path, kept.sha256, kept.size) == (SHA256, SHA256, len(CONTENT))
    assert read(kept.path, kept.sha256) == CONTENT
    assert storage.size(kept.path) == len(CONTENT)


def test_the_same_content_is_one_file(storage):
    assert keep(CONTENT) == keep(CONTENT)
    assert storage.listdir("")[1] == [SHA256]


def test_a_file_that_is_gone_is_a_sentence(storage):
    with pytest.raises(CannotStore, match="見つかりません"):
        read(SHA256, SHA256)


def test_a_file_that_differs_is_not_given_out(storage):
    storage.save(SHA256, ContentFile(b"something else"))
    with pytest.raises(CannotStore, match="違っています"):
        read(SHA256, SHA256)


def test_what_a_broken_write_left_is_written_anew(storage):
    storage.save(SHA256, ContentFile(CONTENT[:3]))
    keep(CONTENT)
    assert read(SHA256, SHA256) == CONTENT


def test_files_have_no_address(storage):
    with pytest.raises(NotImplementedError):
        storage.url(SHA256)


def test_orphans_are_swept_after_their_grace(storage):
    keep(CONTENT)
    assert sweep() == 0
    assert sweep(older_than=timedelta(seconds=-1)) == 1
    assert storage.listdir("")[1] == []


def test_a_file_of_a_folder_is_readable_by_its_group_and_nobody_else(settings, tmp_path):
    place(settings, f"file://{tmp_path}")
    keep(CONTENT)
    assert (tmp_path / SHA256).stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == [SHA256]


def test_a_write_that_fails_leaves_nothing_in_the_folder(settings, tmp_path, monkeypatch):
    place(settings, f"file://{tmp_path}")

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep(CONTENT)
    assert names(tmp_path) == []


def test_sweeping_takes_what_was_half_written_and_leaves_what_is_not_ours(settings, tmp_path):
    place(settings, f"file://{tmp_path}")
    old = time.time() - 7200
    for name in (f".{SHA256}.123-456.part", "README", ".keep", SHA256[:10]):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (old, old))
    assert sweep() == 1
    assert sorted(names(tmp_path)) == sorted(["README", ".keep", SHA256[:10]])


def test_a_folder_that_is_not_there_yet_is_made(settings, tmp_path):
    place(settings, f"file://{tmp_path}/not/yet")
    assert sweep() == 0
    keep(CONTENT)
    assert read(SHA256, SHA256) == CONTENT


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("サービス", "題名", "1.0"), "サービス_題名_1.0"),
        (("../../etc/passwd", "1.0"), "_.._etc_passwd_1.0"),
        (("a/b\\c:d*e?f", "題\n名", "1.0"), "a_b_c_d_e_f_題_名_1.0"),
        (("", "1.0"), "1.0"),
        ((" . ", "1.0"), "1.0"),
    ],
)
def test_a_name_of_a_file_is_one_on_every_system(parts, name):
    assert storing.file_name(*parts) == name


def test_a_long_name_keeps_its_number():
    name = storing.file_name("長" * 300, "題" * 300, "10.20.30")
    assert name.endswith("_10.20.30")
    assert len(name.encode()) <= 200


def test_a_file_in_the_database_is_written_once(settings):
    place(settings, "database")
    keep(CONTENT)
    first = StoredFile.objects.get()
    storages["artefacts"].save(SHA256, ContentFile(b"else"))
    assert bytes(StoredFile.objects.get().content) == CONTENT
    assert StoredFile.objects.get().created_at == first.created_at

"""Where the files of issued versions lie: under their own SHA-256, written once, read back, in the storage ``artefacts``.

A file is written before the row that names it, so that a row never names a file that is not there. What no row comes to
name is an orphan, and ``sweep`` takes it away after an hour.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Artefact, EarlierIssue, StoredFile

GRACE = timedelta(hours=1)
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+')
_PATH = re.compile(r"[0-9a-f]{64}")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]+")
_PART = re.compile(r"\.[0-9a-f]{64}\.[0-9]+-[0-9]+\.part")
_LOCK = 0x48414B55  # of PostgreSQL's advisory locks: who names files, and who sweeps

logger = logging.getLogger(__name__)


class CannotStore(Exception):
    """A file was not kept, or is not there as it was kept; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written and read back."""

    path: str
    sha256: str
    size: int
    content: bytes


def keep(content: bytes) -> Kept:
    """Writes a file and reads it back. Raises CannotStore when the storage gives back something else, and whatever the
    storage raises: OSError, DatabaseError."""
    sha256 = hashlib.sha256(content).hexdigest()
    kept = Kept(path=sha256, sha256=sha256, size=len(content), content=content)
    if not _is_as_kept(kept):
        _storage().delete(kept.path)  # what a broken disk left there; nothing when there is nothing
        _storage().save(kept.path, ContentFile(content))
        if not _is_as_kept(kept):
            raise CannotStore(_("保存したファイルを読み直したところ、内容が違っていました。"))
    return kept


def hold(files: Iterable[Kept]) -> None:
    """Inside the transaction whose rows will name ``files``: none of them is swept until it ends, and one that was swept
    since it was kept is written again."""
    _lock(shared=True)
    for file in files:
        if not _storage().exists(file.path):
            keep(file.content)


def read(path: str, sha256: str) -> bytes:
    """The file's bytes, which are those that were kept. Raises CannotStore when they are gone or differ."""
    try:
        with _storage().open(path) as file:
            content = bytes(file.read())
    except FileNotFoundError as error:
        raise CannotStore(_("保存されたファイルが見つかりません。")) from error
    except OSError as error:
        logger.exception("%s could not be read", path)
        raise CannotStore(_("保存されたファイルを読み取れません。")) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CannotStore(_("保存されたファイルの内容が、発行したときと違っています。"))
    return content


def sweep(*, older_than: timedelta = GRACE) -> int:
    """Deletes files that no row names and that are older than ``older_than``; how many."""
    storage, before = _storage(), timezone.now() - older_than
    swept = 0
    found = _names(storage)
    while names := list(islice(found, 500)):
        for name in sorted(set(names) - _named(names)):
            swept += _sweep_one(storage, name, before)
    return swept


def file_name(*parts: str) -> str:
    """Parts joined to the name of a file on every system: no slashes, no leading dot, at most 200 bytes, the last part
    always whole."""
    clean_parts = [_NOT_IN_NAMES.sub("_", part).strip(" .") for part in parts]
    *first, last = [part for part in clean_parts if part]
    room = 200 - len(last.encode()) - 1
    stem = "_".join(first).encode()[:room].decode(errors="ignore").rstrip(" ._")
    return f"{stem}_{last}" if stem else last


def _sweep_one(storage: Storage, name: str, before: datetime) -> bool:
    with transaction.atomic():
        _lock(shared=False)  # nobody names a file meanwhile
        if _named([name]) or not storage.exists(name) or storage.get_modified_time(name) > before:
            return False
        storage.delete(name)
    logger.info("Swept %s, which no version names", name)
    return True


def _named(names: Iterable[str]) -> set[str]:
    """Those among ``names`` that a row names."""
    names = list(names)
    artefacts = Artefact.objects.filter(path__in=names).order_by().values_list("path", flat=True)
    return {*artefacts, *EarlierIssue.objects.filter(path__in=names).order_by().values_list("path", flat=True)}


def _names(storage: Storage) -> Iterator[str]:
    """What lies in the storage and is ours: somebody else's file in the same folder is left alone."""
    for name in storage.listdir("")[1]:
        if _PATH.fullmatch(name) or _PART.fullmatch(name):
            yield name


def _is_as_kept(file: Kept) -> bool:
    storage = _storage()
    if not storage.exists(file.path):
        return False
    with storage.open(file.path) as stored:
        return bytes(stored.read()) == file.content


def _lock(*, shared: bool) -> None:
    """Until the transaction ends: those who name files together, or one who sweeps alone. On SQLite every transaction that
    writes is alone anyway (IMMEDIATE)."""
    if connection.vendor == "postgresql":
        function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK])


def _storage() -> Storage:
    return storages["artefacts"]


# --- Storages -------------------------------------------------------------------------------------------------------


def storage_at(address: str) -> Storage:
    """The storage that ARTEFACT_STORAGE names: ``database``, ``file:///folder`` or ``s3://bucket/prefix``.

    Raises ImproperlyConfigured with a sentence for anything else.
    """
    if address == "database":
        return DatabaseStorage()
    parts = urlsplit(address)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/") and parts.path != "/":
        return FolderStorage(unquote(parts.path))
    if parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc):  # no key and no secret before an @
        return _s3(parts.netloc, unquote(parts.path).strip("/"))
    raise ImproperlyConfigured(
        "ARTEFACT_STORAGE には database、file:///フォルダー、s3://バケット/接頭辞 のどれかを設定してください。"
    )


def _s3(bucket: str, prefix: str) -> Storage:
    try:
        from .storing_in_s3 import ObjectStorage  # noqa: PLC0415 - an extra that few need
    except ImportError as error:
        raise ImproperlyConfigured(
            "ARTEFACT_STORAGE に s3://… を使うには、requirements/s3.txt のパッケージ（django-storages[s3]）を入れてください。"
        ) from error
    storage: Storage = ObjectStorage(bucket, prefix)
    return storage


class _Unpublished(Storage):
    """Files that have no address of their own, and keep the name they are given."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002 - Django's signature
        return name

    def url(self, name: str | None) -> str:
        raise NotImplementedError(f"{name} has no address: a view sends it")


class DatabaseStorage(_Unpublished):
    """Files as rows of StoredFile: nothing else to set up, and one backup for all."""

    def _open(self, name: str, mode: str = "rb") -> File:
        row = StoredFile.objects.filter(name=name).first()
        if row is None or mode != "rb":
            raise FileNotFoundError(name)
        return File(BytesIO(bytes(row.content)), name=name)

    def _save(self, name: str, content: Any) -> str:
        data = content.read()
        StoredFile.objects.get_or_create(name=name, defaults={"content": data, "size": len(data)})
        return name

    def delete(self, name: str) -> None:
        StoredFile.objects.filter(name=name).delete()

    def exists(self, name: str) -> bool:
        return StoredFile.objects.filter(name=name).exists()

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return [], list(StoredFile.objects.filter(name__startswith=path).values_list("name", flat=True))

    def size(self, name: str) -> int:
        return StoredFile.objects.values_list("size", flat=True).get(name=name)

    def get_modified_time(self, name: str) -> datetime:
        return StoredFile.objects.values_list("created_at", flat=True).get(name=name)


class FolderStorage(_Unpublished, FileSystemStorage):
    """Files in a folder that the application alone writes: each comes into being whole, and on the disk."""

    def __init__(self, folder: str) -> None:
        super().__init__(location=folder, file_permissions_mode=0o640)

    def _save(self, name: str, content: Any) -> str:
        folder = Path(self.location)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.{os.getpid()}-{threading.get_ident()}.part"
        try:
            with part.open("wb") as file:
                file.write(content.read())
                file.flush()
                os.fchmod(file.fileno(), 0o640)
                os.fsync(file.fileno())
            part.replace(folder / name)
        finally:
            part.unlink(missing_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return name

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return super().listdir(path) if Path(self.path(path)).is_dir() else ([], [])

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(Path(self.path(name)).stat().st_mtime, tz=UTC)

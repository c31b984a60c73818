"""Files in object storage: S3, and what speaks like it. Loaded only where ARTEFACT_STORAGE says ``s3://…``.

boto3 finds credentials, region and endpoint where it always does: in the environment, in its files, by the machine's role.
Whatever goes wrong is an OSError, as with a disk, so that nobody who stores needs to know what boto3 raises.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

# What MinIO, Ceph and others say when they are full; status 507 says it too.
_FULL = {"InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded", "XMinioStorageFull"}


class ObjectStorage(S3Storage):
    """The objects of one bucket below ``prefix``. They have no address of their own, and keep the name they are given."""

    def __init__(self, bucket: str, prefix: str) -> None:
        super().__init__(
            bucket_name=bucket,
            location=prefix,
            file_overwrite=True,
            default_acl=None,
            client_config=Config(connect_timeout=5, read_timeout=30),
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        with _as_of_a_disk(name), super()._open(name, mode) as file:
            return File(BytesIO(file.read()), name=name)

    def _save(self, name: str, content: Any) -> str:
        with _as_of_a_disk(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_of_a_disk(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_of_a_disk(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _as_of_a_disk(path):
            folders, files = super().listdir(path)
        return folders, files

    def size(self, name: str) -> int:
        with _as_of_a_disk(name):
            return int(super().size(name))

    def get_modified_time(self, name: str) -> datetime:
        with _as_of_a_disk(name):
            at: datetime = super().get_modified_time(name)
        return at

    def url(self, name: str | None, *_args: Any, **_kwargs: Any) -> str:
        raise NotImplementedError(f"{name} has no address: a view sends it")


@contextmanager
def _as_of_a_disk(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise OSError(_number(error), str(error), name) from error
    except (Boto3Error, BotoCoreError, RetriesExceededError) as error:
        raise OSError(errno.EIO, str(error), name) from error


def _number(error: ClientError) -> int:
    """The error number that makes of an OSError a FileNotFoundError, a PermissionError or a full disk."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if status == 507 or error.response.get("Error", {}).get("Code") in _FULL:
        return errno.ENOSPC
    return {403: errno.EACCES, 404: errno.ENOENT}.get(status, errno.EIO)

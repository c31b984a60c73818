"""What ``manage.py check`` (and every start of the server) says about this installation."""

from __future__ import annotations

import ctypes
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's names
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.db import connections

from . import immutability, signing

# The names under which WeasyPrint looks for it.
HARFBUZZ_SUBSET = (
    *("libharfbuzz-subset-0", "harfbuzz-subset", "harfbuzz-subset-0.0"),
    *("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll"),
)


@register
def fonts_are_cut_fast(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Without this library WeasyPrint cuts fonts in Python, several times slower, and says so nowhere."""
    if any(_loads(name) for name in HARFBUZZ_SUBSET):
        return []
    return [
        Warning(
            "HarfBuzzのサブセット機能（libharfbuzz-subset）が見つからないため、PDFの作成が数倍遅くなります。",
            hint="apt-get install libharfbuzz-subset0 を実行してください（macOSでは brew install harfbuzz）。",
            id="whitepapers.W001",
        )
    ]


@register
def artefacts_can_be_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """The storage of issued files and the key that signs them are what the settings say."""
    found: list[CheckMessage] = []
    try:
        storages["artefacts"]
    except ImproperlyConfigured as error:
        found.append(Error(str(error), id="whitepapers.E001"))
    try:
        signing.check()
    except ImproperlyConfigured as error:
        found.append(Error(str(error), id="whitepapers.E002"))
    return found


@register(Tags.database)
def what_was_issued_is_frozen(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """The triggers are there. Asked with ``check --database default``; before the first migration there are none."""
    missing: list[str] = []
    for alias in kwargs.get("databases") or ():
        connection = connections[alias]
        if immutability.VERSIONS in connection.introspection.table_names():
            missing += immutability.missing_triggers(connection)
    if not missing:
        return []
    return [
        Warning(
            f"発行した版を凍結するトリガーがありません：{'、'.join(missing)}",
            hint="manage.py migrate を実行すると作り直します。",
            id="whitepapers.W002",
        )
    ]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True

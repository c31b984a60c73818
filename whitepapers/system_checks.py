"""What ``manage.py check`` (and every start of the server) says about this installation."""

from __future__ import annotations

import ctypes
from typing import Any

from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's name for it

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


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True

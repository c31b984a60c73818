"""The kinds of facts: what a value may be, its canonical form, and how it is printed. Pure: no Django.

A *type* is what a fact's definition says about its values, as JSON: ``{"kind": "duration", "units": […]}``.
A *value* is canonical JSON: what :func:`parse` returns, what is stored, exported and digested. An unknown
fact has no value at all: there is no null.
"""

from .parsing import MAX_ITEMS, MAX_ROWS, MAX_TEXT, InvalidFact, is_web_address, parse
from .printing import address, bare, describe, detail, display, section, table_cells, unit
from .types import (
    CHOOSING,
    KIND_WORDS,
    KINDS,
    UNIT_WORDS,
    FactType,
    InvalidType,
    Value,
    check_type,
    localized,
)

__all__ = [
    "CHOOSING",
    "KINDS",
    "KIND_WORDS",
    "MAX_ITEMS",
    "MAX_ROWS",
    "MAX_TEXT",
    "UNIT_WORDS",
    "FactType",
    "InvalidFact",
    "InvalidType",
    "Value",
    "address",
    "bare",
    "check_type",
    "describe",
    "detail",
    "display",
    "is_web_address",
    "localized",
    "parse",
    "section",
    "table_cells",
    "unit",
]

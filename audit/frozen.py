"""Rows that are written once. The database refuses too (triggers.py); this is the sooner and clearer no."""

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class WrittenOnce(TypeError):
    """Code tried to change or delete rows that are kept for ever."""


class FrozenQuerySet(models.QuerySet[Row]):
    """Rows are added and read, and neither changed nor deleted."""

    def update(self, **_values: Any) -> NoReturn:
        raise WrittenOnce(f"{self.model.__name__} rows are never changed.")

    def bulk_update(self, *_rows: Any, **_options: Any) -> NoReturn:
        raise WrittenOnce(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> NoReturn:
        raise WrittenOnce(f"{self.model.__name__} rows are never deleted.")

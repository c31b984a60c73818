"""A paper in the interchange format → rows: the file is read whole, checked whole, and only then written."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.models import User
from controls.models import Release

from ..interchange import Problem
from ..models import Whitepaper
from .checking import check
from .reading import CannotImport, read
from .writing import write


def import_paper(
    content: bytes, *, provider_slug: str | None = None, new_service: str | None = None, by: User | None
) -> Whitepaper:
    """The paper that the file describes, written as new rows in one transaction.

    ``provider_slug`` names the provider to import into; without it the provider of the file's name is used or made.
    ``new_service`` gives the service another name than the file's; ``by`` is None for the command. Raises CannotImport with every problem found.
    """
    data = read(content)
    try:
        with transaction.atomic():
            _wait_for_other_imports()
            return write(check(data), provider_slug, new_service, by=by)
    except IntegrityError as error:  # somebody imported the same paper at this very moment
        raise CannotImport(Problem("", "同じペーパーが同時に登録されました。もう一度お試しください。")) from error


def _wait_for_other_imports() -> None:
    """Two at the same time would each make the provider that neither of them found."""
    Release.objects.select_for_update(no_key=True).order_by("-number").first()

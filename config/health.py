"""Is the application alive? The view, and the command that a container asks it with (``python -m config.health``)."""

import os
import sys
import urllib.request

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
@login_not_required
def health(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers; else the error page says 500."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def ask() -> int:
    """0 when the server on this machine says ok. It is asked under a host name that it serves."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    request = urllib.request.Request("http://127.0.0.1:8000/health", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310
        return 0 if answer.read() == b"ok" else 1


if __name__ == "__main__":
    sys.exit(ask())

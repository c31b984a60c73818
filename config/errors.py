"""The page for requests that are refused before a view sees them."""

import contextlib

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.translation import gettext as _

_MOST_READ = 64 * 1024 * 1024
_CHUNK = 64 * 1024


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for too much data, with a sentence that says what was too much."""
    code, sentence = 400, ""
    if isinstance(exception, RequestDataTooBig):
        code = 413
        sentence = _(
            "送られた内容が大きすぎるため、保存していません。前のページに戻り、文章を分けるか、ファイルを小さくしてください。"
        )
    elif isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        sentence = _(
            "送られた項目の数が多すぎるため、保存していません。前のページに戻り、行や項目を減らして、分けて保存してください。"
        )
    _finish_reading(request)
    return HttpResponse(get_template("400.html").render({"code": code, "sentence": sentence}), status=code)


def _finish_reading(request: HttpRequest) -> None:
    """A server that answers while the browser is still sending would cut the line, and the page would never be seen."""
    read = 0
    with contextlib.suppress(Exception):  # the browser has gone, or the rest was read: the answer is the same
        while read < _MOST_READ and (chunk := request.read(_CHUNK)):
            read += len(chunk)

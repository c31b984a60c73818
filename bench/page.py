"""The smallest page that reads rows: one view, one query, twenty rows, behind the project's own middleware."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from controls.models import Control

TEMPLATE = """<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>管理策</title></head><body><h1>管理策</h1>
<ul>{% for control in controls %}<li>{{ control.number }} {{ control.title_ja }}</li>{% endfor %}</ul></body></html>"""


@cache
def template():
    return engines["django"].from_string(TEMPLATE)


@login_not_required
def smallest(request: HttpRequest) -> HttpResponse:
    return HttpResponse(template().render({"controls": Control.objects.order_by("pk")[:20]}, request))


urlpatterns = [path("", smallest)]

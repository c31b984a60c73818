"""The site map."""

from django.contrib import admin
from django.urls import include, path

from whitepapers.views.home import home

from .health import health

handler400 = "config.errors.bad_request"

urlpatterns = [
    path("health", health),
    path("", home, name="home"),
    path("", include("accounts.urls")),
    path("", include("whitepapers.urls")),
    path("accounts/", include("accounts.sign_in_urls")),
    path("catalog/", include("controls.urls")),
    path("admin/", admin.site.urls),
]

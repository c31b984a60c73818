"""The site map."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("accounts/", include("accounts.sign_in_urls")),
    path("catalog/", include("controls.urls")),
    path("admin/", admin.site.urls),
]

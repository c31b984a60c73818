"""The catalog's pages, below /catalog/."""

from django.urls import path

from . import views

app_name = "controls"

urlpatterns = [
    path("", views.edition_list, name="edition_list"),
    path("search/", views.search, name="search"),
    path("<slug:slug>/", views.edition, name="edition"),
    path("<slug:slug>/<str:number>/", views.control, name="control"),
]

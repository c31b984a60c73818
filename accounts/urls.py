"""The addresses of the pages about people (allauth's pages are in ``sign_in_urls``)."""

from django.urls import path

from . import views

app_name = "accounts"

urlpatterns = [
    path("p/<slug:provider_slug>/people/", views.people, name="people"),
    path(
        "p/<slug:provider_slug>/people/<int:membership_id>/role/",
        views.change_member_role,
        name="change_member_role",
    ),
    path("p/<slug:provider_slug>/people/<int:membership_id>/remove/", views.remove_member, name="remove_member"),
    path(
        "p/<slug:provider_slug>/people/invitations/<int:invitation_id>/resend/",
        views.resend_invitation,
        name="resend_invitation",
    ),
    path(
        "p/<slug:provider_slug>/people/invitations/<int:invitation_id>/withdraw/",
        views.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("p/<slug:provider_slug>/settings/", views.provider_settings, name="provider_settings"),
    path("switch-provider/", views.switch_provider, name="switch_provider"),
    path("invitations/<str:token>/", views.accept_invitation, name="accept_invitation"),
]

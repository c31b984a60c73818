"""The addresses of the pages about people (allauth's pages are in ``sign_in_urls``)."""

from django.urls import path

from . import audit_views, views

app_name = "accounts"

urlpatterns = [
    path("p/<slug:provider_slug>/people/", views.people, name="people"),
    path(
        "p/<slug:provider_slug>/people/<int:membership_id>/role/",
        views.change_member_role,
        name="change_member_role",
    ),
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
    # What happened
    path("p/<slug:provider_slug>/audit/", audit_views.audit, name="audit"),
    path("p/<slug:provider_slug>/audit/csv/", audit_views.audit_csv, name="audit_csv"),
    path("switch-provider/", views.switch_provider, name="switch_provider"),
    path("notices/", views.notices, name="notices"),
    path("invitations/<str:token>/", views.accept_invitation, name="accept_invitation"),
]

"""The addresses of services, facts and papers."""

from django.urls import URLPattern, path

from .views import facts, papers, sections, services

app_name = "whitepapers"

urlpatterns: list[URLPattern] = [
    path("p/<slug:provider_slug>/services/", services.service_list, name="service_list"),
    path("p/<slug:provider_slug>/services/new/", services.new_service, name="new_service"),
    path("services/<int:service_id>/edit/", services.edit_service, name="edit_service"),
    path("services/<int:service_id>/archive/", services.archive_service, name="archive_service"),
    path("p/<slug:provider_slug>/facts/", facts.provider_facts, name="provider_facts"),
    path("services/<int:service_id>/facts/", facts.service_facts, name="service_facts"),
    path("p/<slug:provider_slug>/papers/", papers.paper_list, name="paper_list"),
    path("services/<int:service_id>/papers/new/", papers.new_paper, name="new_paper"),
    path("papers/<int:paper_id>/", papers.outline, name="outline"),
    path("papers/<int:paper_id>/settings/", papers.paper_settings, name="paper_settings"),
    path("papers/<int:paper_id>/preview/", papers.preview, name="preview"),
    path("papers/<int:paper_id>/checks/", papers.checks, name="checks"),
    path("papers/<int:paper_id>/pdf/", papers.download, {"format_name": "pdf"}, name="pdf"),
    path("papers/<int:paper_id>/html/", papers.download, {"format_name": "html"}, name="html"),
    path("papers/<int:paper_id>/text/", papers.download, {"format_name": "text"}, name="text"),
    path("papers/<int:paper_id>/sections/<int:section_id>/", sections.section, name="section"),
]

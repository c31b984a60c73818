"""The addresses of services, facts and papers."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from .views import (
    answers,
    assigning,
    commenting,
    copying,
    differences,
    facts,
    figures,
    history,
    issued_files,
    issuing,
    leaving,
    matrix,
    outline_editing,
    papers,
    reviewing,
    search,
    sections,
    services,
    versions,
    waiving,
)

app_name = "whitepapers"


class NumberConverter(StringConverter):
    """The number of a version; anything else is no address."""

    regex = r"[0-9]+(\.[0-9]+)*"


register_converter(NumberConverter, "number")

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
    # --- Standard answers and the matrix
    path("p/<slug:provider_slug>/answers/", answers.answers, name="answers"),
    path("p/<slug:provider_slug>/answers/<slug:edition_slug>/<str:number>/", answers.answer, name="answer"),
    path("p/<slug:provider_slug>/matrix/", matrix.service_matrix, name="matrix"),
    path(
        "p/<slug:provider_slug>/matrix/<slug:edition_slug>/<str:number>/", matrix.control_matrix, name="control_matrix"
    ),
    path("papers/<int:paper_id>/sections/<int:section_id>/answer/take/", answers.take, name="take_answer"),
    path("papers/<int:paper_id>/sections/<int:section_id>/answer/return/", answers.go_back, name="return_to_answer"),
    path("papers/<int:paper_id>/sections/<int:section_id>/answer/keep/", answers.keep, name="keep_own_answer"),
    path("papers/<int:paper_id>/sections/<int:section_id>/answer/share/", answers.share, name="share_answer"),
    # search, figures
    path("p/<slug:provider_slug>/search/", search.search, name="search"),
    path("papers/<int:paper_id>/figures/", figures.figure_list, name="figure_list"),
    path("papers/<int:paper_id>/figures/new/<slug:kind>/", figures.new_figure, name="new_figure"),
    path("papers/<int:paper_id>/figures/<int:figure_id>/", figures.edit_figure, name="edit_figure"),
    path("papers/<int:paper_id>/figures/<int:figure_id>/delete/", figures.remove_figure, name="remove_figure"),
    # facts
    path("p/<slug:provider_slug>/facts/<slug:fact_name>/uses/", facts.provider_fact_uses, name="provider_fact_uses"),
    path("services/<int:service_id>/facts/<slug:fact_name>/uses/", facts.service_fact_uses, name="service_fact_uses"),
    # --- The section editor
    path("papers/<int:paper_id>/sections/<int:section_id>/draft/", sections.section_draft, name="section_draft"),
    path(
        "papers/<int:paper_id>/sections/<int:section_id>/autosave/", sections.section_autosave, name="section_autosave"
    ),
    path(
        "papers/<int:paper_id>/sections/<int:section_id>/presence/", sections.section_presence, name="section_presence"
    ),
    # outline and history
    path("p/<slug:provider_slug>/papers/archived/", copying.archived, name="archived_papers"),
    path("papers/<int:paper_id>/copy/", copying.copy, name="copy_paper"),
    path("papers/<int:paper_id>/archive/", copying.archive, name="archive_paper"),
    path("papers/<int:paper_id>/assign/", assigning.assign_paper, name="assign_paper"),
    path("papers/<int:paper_id>/outline/", outline_editing.arrange, name="arrange"),
    path("papers/<int:paper_id>/outline/add/", outline_editing.add_section, name="add_section"),
    path(
        "papers/<int:paper_id>/sections/<int:section_id>/remove/", outline_editing.remove_section, name="remove_section"
    ),
    path("papers/<int:paper_id>/sections/<int:section_id>/split/", outline_editing.split_section, name="split_section"),
    path("papers/<int:paper_id>/sections/<int:section_id>/merge/", outline_editing.merge_section, name="merge_section"),
    path("papers/<int:paper_id>/sections/<int:section_id>/assign/", assigning.assign_section, name="assign_section"),
    path("papers/<int:paper_id>/sections/<int:section_id>/history/", history.section_history, name="section_history"),
    # reviews
    path("papers/<int:paper_id>/submit/", reviewing.submit_paper, name="submit"),
    path("papers/<int:paper_id>/reviews/<int:review_id>/", reviewing.review_paper, name="review"),
    path("papers/<int:paper_id>/reviews/<int:review_id>/decide/", reviewing.decide_on_review, name="decide"),
    path("papers/<int:paper_id>/reviews/<int:review_id>/recall/", reviewing.recall_review, name="recall"),
    path("papers/<int:paper_id>/reviews/<int:review_id>/seats/<int:seat_id>/", reviewing.change_seat, name="seat"),
    path("papers/<int:paper_id>/comments/", commenting.comments, name="comments"),
    path("papers/<int:paper_id>/comments/<int:comment_id>/answer/", commenting.answer_comment, name="answer_comment"),
    path(
        "papers/<int:paper_id>/comments/<int:comment_id>/resolve/", commenting.resolve_comment, name="resolve_comment"
    ),
    path("papers/<int:paper_id>/comments/<int:comment_id>/reopen/", commenting.reopen_comment, name="reopen_comment"),
    path("papers/<int:paper_id>/checks/waive/", waiving.waive_finding, name="waive"),
    path("papers/<int:paper_id>/checks/waivers/<int:waiver_id>/end/", waiving.end_waiver, name="end_waiver"),
    # a member who leaves
    path("p/<slug:provider_slug>/people/<int:membership_id>/remove/", leaving.remove_member, name="remove_member"),
    # versions
    path("papers/<int:paper_id>/reviews/<int:review_id>/issue/", issuing.issue_paper, name="issue"),
    path("papers/<int:paper_id>/versions/", versions.version_list, name="versions"),
    path("papers/<int:paper_id>/versions/attach/", versions.attach, name="attach"),
    path("papers/<int:paper_id>/versions/earlier/<int:earlier_id>/", issued_files.earlier_file, name="earlier_file"),
    path("papers/<int:paper_id>/versions/<number:number>/", versions.version_page, name="version"),
    path("papers/<int:paper_id>/versions/<number:number>/withdraw/", versions.withdraw_version, name="withdraw"),
    path(
        "papers/<int:paper_id>/versions/<number:number>/<slug:format_name>/",
        issued_files.version_file,
        name="version_file",
    ),
    path("papers/<int:paper_id>/recheck/", versions.recheck_paper, name="recheck"),
    path("p/<slug:provider_slug>/as-of/", issued_files.as_of, name="as_of"),
    path("p/<slug:provider_slug>/current.zip", issued_files.current_zip, name="current_zip"),
    # differences
    path("papers/<int:paper_id>/differences/", differences.differences, name="differences"),
    path("papers/<int:paper_id>/differences/pdf/", differences.differences_pdf, name="differences_pdf"),
]

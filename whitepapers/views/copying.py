"""The pages on which a paper is copied to another service, put away and put back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import provider_for, user_of

from ..access import paper_for
from ..copying import CannotCopy, archive_paper, copy_paper, restore_paper
from ..forms.outline import CopyForm
from ..progress import archived_papers
from .outline_editing import paper_context
from .services import rights


@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = paper_for(request, paper_id, "write")
    form = CopyForm(request.POST or None, paper=paper)
    if request.method == "POST" and form.is_valid():
        try:
            copied = copy_paper(
                paper, form.cleaned_data["service"], title=form.cleaned_data["title"], by=user_of(request)
            )
        except CannotCopy as error:
            form.add_error(None, str(error))
        else:
            sentence = _("ペーパーをコピーしました。%(n)s件の事実もコピーしました。全て確認が必要です。")
            messages.success(request, sentence % {"n": copied.facts})
            if copied.naming_the_source:
                sentence = _("本文に「%(name)s」と書いてある節が%(n)s件あります。書き換えてください。")
                messages.warning(request, sentence % {"name": paper.service.name, "n": copied.naming_the_source})
            return redirect("whitepapers:assign_paper", copied.paper.pk)
    context = paper_context(paper) | {"form": form, "services": form.services.exists()}
    return render(request, "whitepapers/copy.html", context)


@require_http_methods(["GET", "POST"])
def archive(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Asks first; the POST says whether to archive or to restore, so that a second click undoes nothing."""
    paper = paper_for(request, paper_id, "write")
    verbs = {
        "archive": (
            archive_paper,
            _("「%(title)s」を保管しました。保管したペーパーの一覧から、いつでも元に戻せます。"),
        ),
        "restore": (restore_paper, _("「%(title)s」を元に戻しました。")),
    }
    if request.POST.get("action") not in verbs:
        return render(request, "whitepapers/copy_archive.html", paper_context(paper))
    verb, sentence = verbs[request.POST["action"]]
    try:
        messages.success(request, sentence % {"title": verb(paper, by=user_of(request)).title})
    except CannotCopy as error:
        messages.error(request, str(error))
        return redirect("whitepapers:archive_paper", paper.pk)
    if request.POST["action"] == "restore":
        return redirect("whitepapers:outline", paper.pk)
    return redirect("whitepapers:archived_papers", paper.service.provider.slug)


@require_safe
def archived(request: HttpRequest, provider_slug: str) -> HttpResponse:
    provider = provider_for(request, provider_slug, "read")
    context = {"provider": provider, "papers": archived_papers(provider), **rights(request, provider)}
    return render(request, "whitepapers/copy_archived.html", context)

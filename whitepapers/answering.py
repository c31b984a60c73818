"""Writes standard answers, and moves sections between their own text and the shared one.

Every function is atomic and locks before it looks: a section first, then the provider, under whose lock all of its
standard answers are written. That a section departs from its standard answer is ``editing.save_section``'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Provider, User
from audit.log import Subject, log
from controls.models import Control, Edition
from controls.stances import Stance

from .compose import answer_of
from .editing import SectionContent, content_of
from .facts import definitions
from .locking import why_locked
from .models import Section, SectionRevision, StandardAnswer, StandardAnswerRevision
from .subjects import heading, of_section
from .text import InvalidText, clean, placeholders
from .validating import BodyContext, problems_in_body

MAX_BODY = 100_000


class CannotAnswer(Exception):
    """Nothing was changed. ``problems`` has a sentence for people per field; "" is the form as a whole."""

    def __init__(self, problems: Mapping[str, str] | str) -> None:
        self.problems = {"": problems} if isinstance(problems, str) else dict(problems)
        super().__init__("\n".join(self.problems.values()))


class AnswerChangedMeanwhile(CannotAnswer):
    """Somebody else saved the standard answer after it was opened; ``answer`` is what they saved."""

    def __init__(self, answer: StandardAnswer) -> None:
        self.answer = answer
        super().__init__(
            _("ほかの人がこの共通回答を先に保存しました。両方の文章を確かめて、もう一度保存してください。")
        )


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """What a person edits in a standard answer."""

    body: str
    stances: Sequence[Mapping[str, str]]  # [{"stance": "provided", "scope": ""}]
    part: str = ""  # "" is the main one, which new papers inherit

    def cleaned(self) -> AnswerContent:
        body = self.body.replace("\r\n", "\n").replace("\r", "\n").rstrip()
        return AnswerContent(body, [dict(stance) for stance in self.stances], self.part.strip())


# --- The answer itself --------------------------------------------------------------------------------------------


@transaction.atomic
def save_answer(  # noqa: PLR0913 - an answer is that many things
    provider: Provider,
    control: Control,
    content: AnswerContent,
    *,
    counter: int,
    by: User,
    answer: StandardAnswer | None = None,
) -> StandardAnswer:
    """Saves the provider's answer to ``control``, a new one without ``answer``, with its revision.

    ``counter`` is the answer's when it was opened, 0 for a new one. Sections that inherit it follow. Raises CannotAnswer
    with a sentence per field, and AnswerChangedMeanwhile when somebody else saved or made it first.
    """
    _lock(provider)
    row = _found(provider, control, answer, content.cleaned().part)
    if row is not None and (answer is None or row.counter != counter):
        raise AnswerChangedMeanwhile(row)
    before = row.counter if row else 0
    saved = _write(row or StandardAnswer(provider=provider, control=control), content, by=by)
    if saved.counter != before:
        log("answer.changed" if before else "answer.added", _subject(saved), by=by, provider=provider)
    return saved


def _subject(answer: StandardAnswer) -> Subject:
    return Subject("answer", answer.pk, str(answer))


def _lock(provider: Provider) -> None:
    # One lock for all answers of a provider: two people making the same new answer must wait for each other.
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _found(provider: Provider, control: Control, answer: StandardAnswer | None, part: str) -> StandardAnswer | None:
    """The answer as it is now; of a new one, the one that already has its place. CannotAnswer when it is gone."""
    if answer is None:
        return answers_to(provider, control.edition.slug, [control.number]).filter(part=part).first()
    row = answers_to(provider, control.edition.slug, [control.number]).filter(pk=answer.pk).first()
    if row is None:
        raise CannotAnswer(_("この共通回答は、もうありません。"))
    return row


def answers_to(provider: Provider, edition_slug: str, numbers: Iterable[str]) -> Any:
    """The provider's answers to controls of an edition, whatever release of the catalog they were written for."""
    return (
        StandardAnswer.objects.filter(
            provider=provider, control__edition__slug=edition_slug, control__number__in=list(numbers)
        )
        .select_related("control__edition")
        .order_by("part", "pk")
    )


def _write(row: StandardAnswer, content: AnswerContent, *, by: User) -> StandardAnswer:
    content = content.cleaned()
    if problems := _problems(row, content):
        raise CannotAnswer(problems)
    says_the_same = row.pk and (row.body, row.stances) == (content.body, content.stances)
    if says_the_same and row.part == content.part:
        return row
    row.body, row.stances, row.part = content.body, [dict(stance) for stance in content.stances], content.part
    row.counter += 1
    row.save()
    if not says_the_same:
        StandardAnswerRevision.objects.create(answer=row, body=row.body, stances=row.stances, by=by)
    return row


def _problems(row: StandardAnswer, content: AnswerContent) -> dict[str, str]:
    problems: dict[str, str] = {}
    texts = [("part", content.part, False), ("body", content.body, True)]
    texts += [("stances", stance["scope"], False) for stance in content.stances]
    for field, text, multiline in texts:
        try:
            clean(text, multiline=multiline)
        except InvalidText as error:
            problems[field] = str(error)
    if len(content.part) > 50:
        problems["part"] = _("区分名は50文字までにしてください。")
    elif "part" not in problems and _is_taken(row, content.part):
        problems["part"] = (
            _("同じ区分名の共通回答が既にあります。") if content.part else _("区分名を入力してください。")
        )
    if len(content.body) > MAX_BODY:
        problems["body"] = _("本文は100,000文字までにしてください。")
    if not content.body and not content.stances:
        problems.setdefault("body", _("本文を入力するか、回答区分を選んでください。"))
    if any(stance["stance"] not in Stance.values or len(stance["scope"]) > 100 for stance in content.stances):
        problems["stances"] = _("回答区分を選び直してください。")
    if "body" not in problems and (found := list(_body_problems(content.body, row.control.edition))):
        problems["body"] = "\n".join(found)
    return problems


def _is_taken(row: StandardAnswer, part: str) -> bool:
    control = row.control
    return (
        answers_to(row.provider, control.edition.slug, [control.number]).filter(part=part).exclude(pk=row.pk).exists()
    )


def _body_problems(body: str, edition: Edition) -> Iterator[str]:
    """What cannot be shared: the text must hold in every paper of the edition, as the newest catalog has it."""
    newest = Edition.objects.newest().filter(slug=edition.slug).first() or edition
    numbers = dict.fromkeys(newest.controls.values_list("number", flat=True), 1)
    context = BodyContext(facts=definitions(newest), keys=(), controls=numbers, figures=())
    try:
        yield from problems_in_body(body, context)
        placed = [each.placeholder for each in placeholders(body)]
    except InvalidText as error:
        yield str(error)
        return
    if any(each.kind == "figure" or (each.kind == "ref" and each.name not in numbers) for each in placed):
        yield _("共通回答から参照できるのは、管理策番号（例：{{ ref: 12.4.1 }}）だけです。図は置けません。")


# --- A section and its standard answer ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before their eyes when they pressed the button."""

    section: int  # its counter
    answer: int  # the standard answer's counter; 0 where there was none


@transaction.atomic
def take_newer(section: Section, *, seen: Seen, by: User) -> Section:
    """The section takes the shared text that is newer than the one it departed from, and follows it again.

    Raises CannotAnswer when there is no newer one, or when section or answer are not what was ``seen``.
    """
    section = _locked(section, seen)
    answer = _override(section, seen)
    if newest_revision(answer) == section.departed_from_id:
        raise CannotAnswer(_("新しい共通回答はありません。"))
    _follow(section, answer, by=by)
    return _told("section.took_newer", section, answer, by)


@transaction.atomic
def return_to_shared(section: Section, *, seen: Seen, by: User, answer: StandardAnswer | None = None) -> Section:
    """The section drops its own text and follows its standard answer; one that has none takes ``answer``.

    The text it drops stays in the section's history. Raises CannotAnswer when the section follows already, the answer is
    for no control of the section, or section or answer are not what was ``seen``.
    """
    section = _locked(section, seen)
    if section.standard_answer_id is not None:
        own = _override(section, seen)
        _follow(section, own, by=by)
        return _told("section.returned", section, own, by)
    if answer is None:
        raise CannotAnswer(_("この節で使う共通回答を選んでください。"))
    paper = section.whitepaper
    numbers = [link.control.number for link in section.section_controls.select_related("control")]
    provider = paper.service.provider
    _lock(provider)
    row = answers_to(provider, paper.edition.slug, numbers).filter(pk=answer.pk).first()
    if row is None:
        raise CannotAnswer(_("この節の管理策の共通回答ではありません。"))
    _check_seen(row, seen)
    _follow(section, row, by=by)
    return _told("section.returned", section, row, by)


@transaction.atomic
def keep_own(section: Section, *, seen: Seen, by: User) -> Section:
    """The section keeps its own text although a newer shared one came: the newer one no longer waits.

    Raises CannotAnswer as ``take_newer``.
    """
    section = _locked(section, seen)
    answer = _override(section, seen)
    newest = newest_revision(answer)
    if newest == section.departed_from_id:
        raise CannotAnswer(_("新しい共通回答はありません。"))
    section.departed_from_id = newest
    section.save(update_fields=["departed_from"])
    return _told("section.kept_own", section, answer, by)


@transaction.atomic
def share_text(section: Section, *, seen: Seen, by: User) -> StandardAnswer:
    """The section's own text becomes the standard answer of its control, and the section follows it.

    It replaces the text of the answer the section departed from, or of the control's main answer: everything that
    inherits it changes. Raises CannotAnswer when the section has no text of its own, answers several controls, its text
    cannot be shared, or section or answer are not what was ``seen``.
    """
    section = _locked(section, seen)
    if section.standard_answer_id is not None and section.departed_from_id is None:
        raise CannotAnswer(_("この節は、共通回答の文章を使っています。"))
    if not section.body and not section.stances:
        raise CannotAnswer(_("この節には、まだ文章がありません。"))
    provider = section.whitepaper.service.provider
    _lock(provider)
    answer = shared_by(section)
    if answer is None:
        links = list(section.section_controls.select_related("control__edition"))
        if len(links) != 1:
            raise CannotAnswer(_("共通回答にできるのは、管理策を1つだけ答えている節の文章です。"))
        answer = StandardAnswer(provider=provider, control=links[0].control)
    _check_seen(answer, seen)
    answer = _write(answer, AnswerContent(section.body, section.stances, answer.part), by=by)
    _follow(section, answer, by=by)
    paper = section.whitepaper_id
    log("answer.shared", _subject(answer), by=by, provider=provider, section=heading(section), from_paper=paper)
    return answer


def _told(action: str, section: Section, answer: StandardAnswer, by: User) -> Section:
    log(action, of_section(section), by=by, provider=section.whitepaper.service.provider_id, answer=answer.pk)
    return section


def shared_by(section: Section) -> StandardAnswer | None:
    """The answer that ``share_text`` would write: the section's own, or the main one of its only control; None is a
    new one."""
    if section.standard_answer_id is not None:
        return StandardAnswer.objects.select_related("control__edition", "provider").get(pk=section.standard_answer_id)
    paper = section.whitepaper
    numbers = [link.control.number for link in section.section_controls.select_related("control")]
    if len(numbers) != 1:
        return None
    return answers_to(paper.service.provider, paper.edition.slug, numbers).filter(part="").first()


def newest_revision(answer: StandardAnswer) -> int | None:
    return answer.revisions.values_list("pk", flat=True).first()


def _locked(section: Section, seen: Seen) -> Section:
    rows = Section.objects.select_for_update(of=("self",), no_key=True).select_related(
        "whitepaper__service__provider", "whitepaper__edition"
    )
    row = rows.get(pk=section.pk)
    if why := why_locked(row.whitepaper):
        raise CannotAnswer(why)
    if row.counter != seen.section:
        raise CannotAnswer(_("ほかの人がこの節を先に保存しました。内容を確かめて、もう一度選んでください。"))
    return row


def _override(section: Section, seen: Seen) -> StandardAnswer:
    """The answer the section departed from, locked."""
    if section.standard_answer_id is None:
        raise CannotAnswer(_("この節には、共通回答がありません。"))
    if section.departed_from_id is None:
        raise CannotAnswer(_("この節は、共通回答の文章を使っています。"))
    _lock(section.whitepaper.service.provider)
    answer = StandardAnswer.objects.get(pk=section.standard_answer_id)
    _check_seen(answer, seen)
    return answer


def _check_seen(answer: StandardAnswer, seen: Seen) -> None:
    if answer.counter != seen.answer:
        raise CannotAnswer(_("共通回答が変更されました。内容を確かめて、もう一度選んでください。"))


def _follow(section: Section, answer: StandardAnswer, *, by: User) -> Section:
    before = _shown(section)
    section.standard_answer, section.departed_from = answer, None
    section.body, section.stances = "", []
    section.counter += 1
    section.save(update_fields=["standard_answer", "departed_from", "body", "stances", "counter"])
    after = _shown(section)
    if after != before:
        numbers = {link.control_id: link.control.number for link in section.section_controls.select_related("control")}
        SectionRevision.objects.create(
            section=section, by=by, before=before.as_json(numbers), after=after.as_json(numbers)
        )
    return section


def _shown(section: Section) -> SectionContent:
    """What the section holds and prints: the history keeps words, not where they came from."""
    body, stances = answer_of(section)
    return replace(content_of(section), body=body, stances=stances)

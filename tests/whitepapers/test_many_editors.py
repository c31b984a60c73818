"""Fifty people at one section and its neighbours: nobody's words are lost, nobody sees an error page."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from whitepapers.models import Section

from ..factories import answer, make_member, make_paper
from .browser_form import controls

EDITORS = 50


@pytest.mark.django_db(transaction=True)
def test_fifty_editors_lose_no_update_and_see_no_error_page():
    paper = make_paper(*(answer(number) for number in ("12.3.1", "12.4.1", "12.4.3", "12.4.4")))
    people = [make_member(paper.service.provider, Role.AUTHOR) for _ in range(EDITORS)]
    shared, *neighbours = list(paper.sections.all())
    clients = [Client(raise_request_exception=True) for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)

    def write(client: Client, section: Section, words: str) -> list[int]:
        """Adds a sentence as a person would: whoever is second reads the proposal and saves that."""
        url = reverse("whitepapers:section", args=[paper.pk, section.pk])
        found = client.get(url)
        data = form_of(found)
        data["body"] = f"{data['body'].strip()}\n\n{words}".strip()
        here = client.post(reverse("whitepapers:section_presence", args=[paper.pk, section.pk]))
        statuses = [found.status_code, here.status_code]
        for _ in range(EDITORS * 2):
            saved = client.post(url, data)
            statuses.append(saved.status_code)
            if saved.status_code != 200:
                return statuses
            data = form_of(saved)
        raise AssertionError("never saved")

    def work(number: int) -> list[int]:
        try:
            near = random.Random(number).choice(neighbours)
            return write(clients[number], shared, f"編集者{number:02}の文。") + write(
                clients[number], near, f"編集者{number:02}の隣の文。"
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:  # more at a time only wait longer for each other
        statuses = [status for found in pool.map(work, range(EDITORS)) for status in found]
    assert set(statuses) <= {200, 302}
    shared.refresh_from_db()
    assert sorted(filter(None, shared.body.split())) == [f"編集者{number:02}の文。" for number in range(EDITORS)]
    assert shared.counter == shared.revisions.count() == EDITORS
    beside = "\n".join(Section.objects.filter(pk__in=[row.pk for row in neighbours]).values_list("body", flat=True))
    assert sorted(beside.split()) == [f"編集者{number:02}の隣の文。" for number in range(EDITORS)]


def form_of(response):
    html = response.content.decode()
    start = html.index('id="section-form"')
    return controls(html[html.rindex("<form", 0, start) : html.index("</form>", start)])

"""Whatever is changed behind the program's back is found, and named."""

import json

import pytest
from django.db import connection

from audit.log import Subject, log
from audit.models import Chain, Entry
from audit.verifying import verify
from tests.lifting import lifted

PAPER = Subject("paper", 7, "白書", paper=7)


@pytest.fixture
def entries(provider) -> list[Entry]:
    return [log("paper.copied", PAPER, by=None, provider=provider, source=f"元{n}") for n in range(5)]


def tamper(sql: str, *values: object) -> None:
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_a_chain_that_nobody_touched_holds(entries, provider):
    assert verify() == []
    assert verify(provider.pk) == []
    assert verify(provider.pk + 99) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2001-01-01 00:00:00+00:00"),
        ("action", "paper.archived"),
        ("by_id", 77),
        ("by_name", "他人"),
        ("subject_kind", "section"),
        ("subject_id", 8),
        ("subject", "別の白書"),
        ("paper_id", 8),
        ("data", json.dumps({"source": "元9"})),
        ("digest", "0" * 64),
    ],
)
def test_every_column_of_an_entry_counts(entries, column, value):
    tamper(f"UPDATE audit_entry SET {column} = %s WHERE number = 3", value)
    assert any("3番の内容が書き換えられています。" in sentence for sentence in verify())


def test_a_broken_link_is_named(entries):
    tamper("UPDATE audit_entry SET previous = %s WHERE number = 3", "0" * 64)
    assert [sentence for sentence in verify() if "3番の前の記録とのつながり" in sentence]


def test_an_entry_written_anew_with_a_digest_that_fits_breaks_the_next_link(entries):
    from audit.log import digest_of

    forged = entries[2]
    forged.subject = "別の白書"
    tamper("UPDATE audit_entry SET subject = %s, digest = %s WHERE number = 3", forged.subject, digest_of(forged))
    assert [sentence.partition("：")[2] for sentence in verify()] == ["4番の前の記録とのつながりが切れています。"]


def test_a_missing_entry_is_named(entries):
    tamper("DELETE FROM audit_entry WHERE number IN (2, 3)")
    assert [sentence.partition("：")[2] for sentence in verify()] == ["2番から3番までの記録がありません。"]


def test_a_chain_cut_short_is_named(entries):
    tamper("DELETE FROM audit_entry WHERE number = 5")
    assert [sentence.partition("：")[2] for sentence in verify()] == ["5番の記録がありません。"]


def test_a_chain_that_is_gone_whole_is_named(entries):
    tamper("DELETE FROM audit_entry")
    assert [sentence.partition("：")[2] for sentence in verify()] == ["1番から5番までの記録がありません。"]


def test_a_head_that_is_gone_or_put_back_is_named(entries):
    tamper("UPDATE audit_chain SET length = 3, digest = %s", entries[2].digest)
    assert [sentence.partition("：")[2] for sentence in verify()] == [
        "4番から5番までの記録は、連鎖に含まれていません。"
    ]
    tamper("DELETE FROM audit_chain")
    assert [sentence.partition("：")[2] for sentence in verify()] == [
        "1番から5番までの記録は、連鎖に含まれていません。"
    ]


def test_a_head_of_another_digest_is_named(entries):
    tamper("UPDATE audit_chain SET digest = %s", "0" * 64)
    assert [sentence.partition("：")[2] for sentence in verify()] == ["最後の記録が、連鎖の先頭の値と一致しません。"]


def test_an_entry_moved_to_another_provider_is_named(entries, provider, stranger):
    other = stranger.providers.get()
    tamper("UPDATE audit_entry SET provider_id = %s WHERE number = 5", other.pk)
    assert verify(provider.pk)
    assert verify(other.pk)


def test_entries_that_change_places_are_named(entries):
    tamper("UPDATE audit_entry SET number = 99 WHERE number = 2")
    tamper("UPDATE audit_entry SET number = 2 WHERE number = 3")
    tamper("UPDATE audit_entry SET number = 3 WHERE number = 99")
    assert len(verify()) >= 2


def test_the_other_provider_is_not_blamed(entries, stranger):
    other = stranger.providers.get()
    log("paper.archived", PAPER, by=None, provider=other)
    tamper("UPDATE audit_entry SET subject = 'x' WHERE provider_id <> %s", other.pk)
    assert verify(other.pk) == []
    assert len(verify()) == 5


def test_the_number_of_queries_does_not_grow_with_entries(entries, provider, django_assert_max_num_queries):
    assert Chain.objects.get().length == 5
    with django_assert_max_num_queries(3):
        verify(provider.pk)

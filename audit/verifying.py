"""Reads every entry again and says what differs from what was logged."""

from __future__ import annotations

from collections.abc import Iterator

from .log import digest_of
from .models import Chain, Entry

CHUNK = 2_000


def verify(provider_id: int | None = None) -> list[str]:
    """A sentence for each thing that is not as it was logged; empty when the chain holds. All providers without an id.

    Takes no lock: entries that others add meanwhile are not held against the chain.
    """
    if provider_id is not None:
        return list(_differences(provider_id))
    chained = Chain.objects.values_list("provider", flat=True)
    written = Entry.objects.order_by().values_list("provider", flat=True).distinct()
    return [sentence for each in sorted({*chained, *written}) for sentence in _differences(each)]


def _differences(provider_id: int) -> Iterator[str]:
    head = Chain.objects.filter(provider=provider_id).first() or Chain(provider_id=provider_id)
    entries = Entry.objects.filter(provider=provider_id).order_by("number")
    expected, previous = 1, ""
    for entry in entries.filter(number__lte=head.length).iterator(chunk_size=CHUNK):
        if entry.number > expected:
            yield _missing(provider_id, expected, entry.number - 1)
        elif entry.previous != previous:
            yield _say(provider_id, f"{entry.number}番の前の記録とのつながりが切れています。")
        if entry.digest != digest_of(entry):
            yield _say(provider_id, f"{entry.number}番の内容が書き換えられています。")
        expected, previous = entry.number + 1, entry.digest
    if expected <= head.length:
        yield _missing(provider_id, expected, head.length)
    elif previous != head.digest:
        yield _say(provider_id, "最後の記録が、連鎖の先頭の値と一致しません。")
    yield from _beyond(provider_id, head)


def _beyond(provider_id: int, head: Chain) -> Iterator[str]:
    """Entries that the head does not count; those logged since it was read are counted by now."""
    last = Entry.objects.filter(provider=provider_id, number__gt=head.length).order_by("-number").first()
    if last is None:
        return
    now = Chain.objects.filter(provider=provider_id).values_list("length", flat=True).first() or 0
    if last.number > now:
        yield _say(provider_id, f"{now + 1}番から{last.number}番までの記録は、連鎖に含まれていません。")


def _missing(provider_id: int, first: int, last: int) -> str:
    which = f"{first}番" if first == last else f"{first}番から{last}番まで"
    return _say(provider_id, f"{which}の記録がありません。")


def _say(provider_id: int, sentence: str) -> str:
    return f"監査記録（提供者 {provider_id}）：{sentence}"

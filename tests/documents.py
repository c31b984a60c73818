"""Documents made by hand, without a database: what renderers and checks are tested with."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from whitepapers.document import (
    Block,
    Cell,
    Cover,
    Document,
    Figure,
    History,
    HistoryEntry,
    Imprint,
    Inline,
    Layer,
    Link,
    List,
    Meta,
    Note,
    Paragraph,
    Printed,
    Reference,
    Section,
    Table,
    Text,
)

ISSUED = Imprint(date="2026-11-20")
DRAFT = Imprint(date="2026-11-20", draft=True)


def paragraph(*parts: str | Inline) -> Paragraph:
    return Paragraph(tuple(Text(part) if isinstance(part, str) else part for part in parts))


def bullets(*items: str) -> List:
    return List(ordered=False, start=1, items=tuple((paragraph(item),) for item in items))


def table(head: Sequence[str], *rows: Sequence[str]) -> Table:
    def cells(texts: Sequence[str]) -> tuple[Cell, ...]:
        return tuple(Cell((Text(text),)) for text in texts)

    return Table(cells(head), tuple(cells(row) for row in rows))


def responsibility() -> Figure:
    layers = (Layer("アプリケーション", "お客様"), Layer("ミドルウェア", "当社"), Layer("物理サーバー", "当社"))
    return Figure("layers", 1, "責任分界点", "アプリケーション：お客様、ミドルウェア：当社、物理サーバー：当社", layers)


def section(
    title: str, *blocks: Block | str, number: str = "", children: Sequence[Section] = (), **fields: Any
) -> Section:
    """Levels and anchors are set by ``make_document``."""
    given = tuple(paragraph(block) if isinstance(block, str) else block for block in blocks)
    values = {"anchor": "", "kind": "prose", "level": 1, "reference_line": "", **fields}
    return Section(number=number, title=title, blocks=given, children=tuple(children), **values)


def make_document(*sections: Section, **printed: Any) -> Document:
    """A paper of ``sections``; keywords replace fields of its cover or of ``Printed``."""
    cover = Cover(
        title="情報セキュリティホワイトペーパー",
        subtitle="ISO/IEC 27017 に基づく取組み",
        service="あおぞらストレージ",
        company="あおぞらクラウド株式会社",
        version="第1.2版",
        date_label="{year}年{month}月{day}日",
        document_number="AZ-001",
        classification="公開",
    )
    of_cover = {name: printed.pop(name) for name in list(printed) if hasattr(cover, name)}
    history = History("改訂履歴", "front", "table", "{year}年{month}月", COLUMNS, ENTRIES)
    values: dict[str, Any] = {
        "language": "ja",
        "cover": replace(cover, **of_cover),
        "header": "あおぞらストレージ 情報セキュリティ",
        "toc_depth": 2,
        "history": history,
        "sections": _placed(sections or (section("目的", "本書の目的を記載します。", number="1"),), 1, count(1)),
        "colophon": (("発行", "あおぞらクラウド株式会社"), ("所在地", "東京都千代田区架空町1-2-3")),
        "notices": ("本書の内容は予告なく変更することがあります。",),
    }
    return Document(Printed(**(values | printed)), Meta("iso27017-2015", 1, "", "1.2", ()))


COLUMNS = (("number", "版数"), ("date", "日付"), ("summary", "改訂内容"))
ENTRIES = (
    HistoryEntry("第1.1版", "2025/04/01", (paragraph("初版"),), "", ""),
    HistoryEntry("第1.2版", "", (paragraph("「8.3 情報のバックアップ」を改めました。"),), "", "", this_version=True),
)


def long_document(chapters: int = 6, sections: int = 4) -> Document:
    """Some ten pages with everything that a page can hold."""
    body = []
    for chapter in range(1, chapters + 1):
        parts = []
        for place in range(1, sections + 1):
            number = f"{chapter}.{place}"
            blocks: list[Block] = [
                paragraph(f"{number}の本文です。", "当社は、お客様のデータを次のとおり取り扱います。" * 4),
                bullets(f"{number}の取得：毎日", "保管：11日", "復元：お客様の依頼により行います"),
            ]
            if place == 1:
                rows = [[f"項目{row}", "実施しています（年1回の点検を含みます）", "当社"] for row in range(chapter * 3)]
                blocks.append(table(["項目", "内容", "担当"], *rows))
            if (chapter, place) == (2, 2):
                blocks.append(responsibility())
            if place == 3:
                blocks.append(Note("※", (Text("詳細は"), Reference("s1", "1", "章1"), Text("に記載しています。"))))
                blocks.append(
                    paragraph(Link("https://aozora.example/policy", (Text("https://aozora.example/policy"),)))
                )
            parts.append(
                section(f"節{number}", *blocks, number=number, reference_line=f"ISO/IEC 27017 項番：{number}.1")
            )
        body.append(section(f"章{chapter}", number=str(chapter), children=parts))
    return make_document(*body)


def _placed(sections: Sequence[Section], level: int, numbers: "count[int]") -> tuple[Section, ...]:
    placed = []
    for given in sections:
        anchor = f"s{next(numbers)}"
        placed.append(replace(given, anchor=anchor, level=level, children=_placed(given.children, level + 1, numbers)))
    return tuple(placed)

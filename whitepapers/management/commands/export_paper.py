import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from whitepapers.compose import compose, draft_imprint
from whitepapers.exporting import export_paper
from whitepapers.interchange import against_schema
from whitepapers.management.paper import paper_of
from whitepapers.models import Artefact, EarlierIssue, Whitepaper
from whitepapers.rendering import render
from whitepapers.rendering.glyphs import missing_glyphs
from whitepapers.rendering.pdf import render_pdf
from whitepapers.storing import CannotStore, read

FORMATS = ("pdf", "html", "docx", "json", "text")


class Command(BaseCommand):
    help = (
        "ペーパーの草案、または発行した版（--issue）の保存されたファイルを書き出します。"
        "草案の json は交換形式（hakusho/1）、版の json は凍結された内容です。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", type=int)
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--issue", metavar="NUMBER", help="発行済みの版の保存されたファイル")
        parser.add_argument("--clean", action="store_true", help="DRAFTの透かしを付けません（PDF）")

    def handle(self, *_args: Any, **options: Any) -> None:
        paper, path = paper_of(options["id"]), options["output"]
        if options["issue"] is not None:
            if options["clean"]:
                raise CommandError("--clean は草案の書き出しだけで使えます。発行した版に透かしはありません。")
            self.write(path, issued(paper, options["issue"], options["format"]))
            return
        if options["format"] == "docx":
            raise CommandError(
                "Word形式（docx）には、まだ対応していません。pdf、html、json、text のどれかを指定してください。"
            )
        self.write(path, self.content(paper, options["format"], clean=options["clean"]))

    def write(self, path: Path, content: bytes) -> None:
        try:
            _write(path, content)
        except OSError as error:
            raise CommandError(f"{path} に書き込めません（{error.strerror}）。") from error

    def content(self, paper: Whitepaper, format_name: str, *, clean: bool) -> bytes:
        if format_name == "json":
            data = export_paper(paper)
            if problems := list(against_schema(data)):
                raise CommandError("交換形式に収まらない項目があります。\n" + "\n".join(map(str, problems)))
            return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()
        document, imprint = compose(paper), draft_imprint(paper)
        if format_name != "pdf":
            return render(document, imprint, format_name)
        for missing in missing_glyphs(document):
            self.stderr.write(
                f"「{missing.character}」（U+{ord(missing.character):04X}）は印刷できないため〓になります：{missing.place}"
            )
        return render_pdf(document, imprint, watermark=not clean)


def issued(paper: Whitepaper, number: str, format_name: str) -> bytes:
    """The stored bytes of an issued version's file, or of the PDF of an issue from before Hakusho."""
    version = paper.versions.filter(number=number).first()
    if version is not None:
        row: Artefact | EarlierIssue | None = version.artefacts.filter(format=format_name).first()
    else:
        row = paper.earlier_issues.filter(number=number).first() if format_name == "pdf" else None
        if row is None:
            numbers = [*paper.versions.in_order().values_list("number", flat=True)]
            known = f"発行した版：{'、'.join(numbers)}" if numbers else "発行した版はまだありません。"
            raise CommandError(f"{number}版は発行されていません。{known}")
    if row is None:
        raise CommandError(f"{number}版には {format_name} のファイルがありません。")
    try:
        return read(row.path, row.sha256)
    except CannotStore as error:
        raise CommandError(f"{row.name}：{error}") from error


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a file that is there stays as it is until the new one is complete."""
    if path.exists() and not path.is_file():  # a pipe or a device; a directory refuses by itself
        path.write_bytes(content)
        return
    path = path.resolve()
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        if path.exists():
            part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

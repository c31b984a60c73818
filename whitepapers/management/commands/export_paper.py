import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from whitepapers.compose import compose, draft_imprint
from whitepapers.exporting import export_paper
from whitepapers.interchange import against_schema
from whitepapers.management.paper import paper_of
from whitepapers.models import Whitepaper
from whitepapers.rendering import render
from whitepapers.rendering.glyphs import missing_glyphs
from whitepapers.rendering.pdf import render_pdf

FORMATS = ("pdf", "html", "docx", "json", "text")


class Command(BaseCommand):
    help = "ペーパーの草案をファイルに書き出します。json は交換形式（hakusho/1）です。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", type=int)
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--issue", metavar="NUMBER", help="発行済みの版の保存されたファイル")
        parser.add_argument("--clean", action="store_true", help="DRAFTの透かしを付けません（PDF）")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["issue"]:
            raise CommandError(
                "発行済みの版の書き出しには、まだ対応していません。--issue を付けずに草案を書き出してください。"
            )
        if options["format"] == "docx":
            raise CommandError(
                "Word形式（docx）には、まだ対応していません。pdf、html、json、text のどれかを指定してください。"
            )
        content = self.content(paper_of(options["id"]), options["format"], clean=options["clean"])
        path: Path = options["output"]
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

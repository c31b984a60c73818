from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from whitepapers.importing.interchange import import_paper
from whitepapers.importing.reading import MAX_FILE, CannotImport


class Command(BaseCommand):
    help = "交換形式（hakusho/1）のファイルからペーパーを取り込み、その番号を最後の行に出力します。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE.json", type=Path)
        parser.add_argument("--provider", metavar="SLUG", help="取り込み先の提供者の識別名")
        parser.add_argument("--new-service", metavar="NAME", help="ファイルとは別のサービス名で取り込みます")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                content = file.read(MAX_FILE + 1)
        except OSError as error:
            raise CommandError(f"{path} を読めません（{error.strerror}）。") from error
        try:
            paper = import_paper(
                content, provider_slug=options["provider"], new_service=options["new_service"], by=None
            )
        except CannotImport as error:
            raise CommandError(f"取り込みませんでした。\n{error}") from error
        self.stdout.write(str(paper.pk))

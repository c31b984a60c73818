import sys
from typing import Any

from django.core.management.base import BaseCommand

from whitepapers.verifying import verify


class Command(BaseCommand):
    help = "発行した版、そのファイル、レビュー、判定、監査記録のハッシュを計算し直します。違いがあれば示し、終了コードが1になります。"

    def handle(self, *_args: Any, **options: Any) -> None:
        found = 0
        for found, sentence in enumerate(verify(), start=1):  # noqa: B007 - counts
            self.stdout.write(sentence)
        if found:
            self.stderr.write(f"発行したときと違うものが {found}件あります。")
            sys.exit(1)
        if options["verbosity"] > 0:
            self.stdout.write("全て発行したときのままです。")

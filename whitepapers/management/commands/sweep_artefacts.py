from typing import Any

from django.core.management.base import BaseCommand

from whitepapers.storing import sweep


class Command(BaseCommand):
    help = "中断した発行が残したファイルのうち、1時間より古く、どの版のものでもないものを削除します。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{sweep()}件のファイルを削除しました。")

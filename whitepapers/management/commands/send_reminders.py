from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from whitepapers.reminding import mail_waiting, remind


class Command(BaseCommand):
    help = "期限のお知らせを作り、1日1通のまとめと未送信のお知らせをメールで送ります。1日1回実行してください。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        with transaction.atomic():
            remind()
        people = mail_waiting()
        self.stdout.write(f"お知らせをまとめて送った人数：{people}人")

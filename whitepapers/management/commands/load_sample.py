from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from whitepapers.sampling import DOMAIN, PASSWORD, PEOPLE, make_sample, sample_provider


class Command(BaseCommand):
    help = "見本の提供者（2つのサービスとペーパー、役割ごとの利用者）を作り、サインインの方法を出力します。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("見本には知られたパスワードが付くため、DEBUG=false の環境では作りません。")
        if sample_provider() is None:
            make_sample(by=None)
        self.stdout.write(
            f"{settings.SITE_URL}/ を開き、次のどれかでサインインしてください（パスワードは全て {PASSWORD}）。"
        )
        for name, _, role in PEOPLE:
            self.stdout.write(f"  {name}@{DOMAIN}（{role.label}）")

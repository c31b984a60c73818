"""``load_catalog``: loads the shipped editions, crosswalks, disclosure points, facts and phrases."""

from django.core.management.base import BaseCommand, CommandError

from controls.loading import CannotLoad, load
from controls.models import Release


class Command(BaseCommand):
    help = "同梱の規格データを読み込みます。何度実行しても構いません。"

    def handle(self, *args: object, **options: object) -> None:  # noqa: ARG002
        before = set(Release.objects.values_list("number", flat=True))
        try:
            release = load()
        except CannotLoad as error:
            raise CommandError(f"規格データを読み込めません。{error}") from error
        if release.number in before:
            self.stdout.write(f"規格データは読込み済みです（リリース{release.number}）。変更はありません。")
            return
        editions = release.editions.filter(for_papers=True).count()
        self.stdout.write(f"規格データを読み込みました（リリース{release.number}：{editions}つの版、")
        self.stdout.write(f"事実の定義{release.fact_definitions.count()}件）。")

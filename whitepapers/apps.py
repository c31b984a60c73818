from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class WhitepapersConfig(AppConfig):
    name = "whitepapers"
    verbose_name = "ホワイトペーパー"

    def ready(self) -> None:
        from . import system_checks  # noqa: F401, PLC0415 - registers itself
        from .immutability import freeze_tables, lift_rules  # noqa: PLC0415 - after the models

        pre_migrate.connect(lift_rules, sender=self, dispatch_uid="whitepapers.lift")
        post_migrate.connect(freeze_tables, sender=self, dispatch_uid="whitepapers.freeze")

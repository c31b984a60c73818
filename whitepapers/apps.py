from django.apps import AppConfig


class WhitepapersConfig(AppConfig):
    name = "whitepapers"
    verbose_name = "ホワイトペーパー"

    def ready(self) -> None:
        from . import system_checks  # noqa: F401, PLC0415 - registers itself

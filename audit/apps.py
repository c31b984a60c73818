from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from .triggers import freeze


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "監査記録"

    def ready(self) -> None:
        post_migrate.connect(freeze_entries, sender=self, dispatch_uid="audit.freeze")


def freeze_entries(*, using: str, **_rest: Any) -> None:
    """Entries are only ever added; the head of a chain moves on, and neither goes nor changes its provider."""
    connection = connections[using]
    freeze(connection, "audit_entry", sentence="監査記録は変更も削除もできません。")
    freeze(
        connection,
        "audit_chain",
        update=["id", "provider_id"],
        sentence="監査記録の連鎖の先頭は削除できません。",
    )

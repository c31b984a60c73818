"""The table role × verb: everything that a member of a provider may do, and from which role on."""

from django.db import models


class Role(models.TextChoices):
    """Each role may do what the roles before it may."""

    VIEWER = "viewer", "閲覧者"
    AUTHOR = "author", "作成者"
    REVIEWER = "reviewer", "レビュー担当"
    APPROVER = "approver", "承認者"
    ADMIN = "admin", "管理者"


# What each role is for, in the words of the people page.
DESCRIPTIONS: dict[Role, str] = {
    Role.VIEWER: "ペーパーを読めます。",
    Role.AUTHOR: "ペーパー・事実・共通回答を書き、サービスを登録できます。",
    Role.REVIEWER: "作成者の操作に加えて、レビューの確認と例外承認を行えます。",
    Role.APPROVER: "レビュー担当の操作に加えて、承認と発行を行えます。",
    Role.ADMIN: "すべての操作を行え、利用者と提供者の設定も管理できます。",
}

RANK = {role: rank for rank, role in enumerate(Role)}

# verb → the lowest role that may
VERBS: dict[str, Role] = {
    "read": Role.VIEWER,
    "write": Role.AUTHOR,  # papers, sections, facts, standard answers
    "manage_services": Role.AUTHOR,  # add, rename, archive services
    "comment": Role.AUTHOR,
    "submit": Role.AUTHOR,  # to a review, and recall from it; attach issues from before Hakusho; the yearly check
    "check": Role.REVIEWER,  # decide as 確認
    "waive": Role.REVIEWER,  # accept a finding with a reason
    "approve": Role.APPROVER,  # decide as 承認
    "issue": Role.APPROVER,  # and withdraw what is issued
    "read_audit": Role.ADMIN,
    "manage_people": Role.ADMIN,  # invite, change roles, remove
    "manage_provider": Role.ADMIN,  # name, style, address
}


def may(role: str, verb: str) -> bool:
    """Whether a member with ``role`` may do ``verb``; an unknown verb is a KeyError, never a yes."""
    return RANK[Role(role)] >= RANK[VERBS[verb]]

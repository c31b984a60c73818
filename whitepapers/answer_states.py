"""The words and marks for how a section stands to the standard answer."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """How a section stands to the standard answer."""

    SHARED = "shared", _("共通")
    OVERRIDDEN = "overridden", _("上書き")
    NEWER = "newer", _("新しい共通文あり")
    OWN = "own", _("個別")
    OPEN = "open", _("未回答")
    ABSENT = "absent", _("節なし")

    @property
    def mark(self) -> str:
        return _MARKS[self]

    @property
    def look(self) -> str:
        """The class of its tag; the word and the mark say it without colour."""
        return {State.OPEN: "bad", State.NEWER: "warn", State.SHARED: "ok"}.get(self, "")

    @property
    def meaning(self) -> str:
        return str(_MEANINGS[self])


_MARKS = {
    State.SHARED: "●", State.OVERRIDDEN: "◆", State.NEWER: "◇", State.OWN: "■", State.OPEN: "○", State.ABSENT: "–",
}  # fmt: skip
_MEANINGS = {
    State.SHARED: _("共通回答を使っています。"),
    State.OVERRIDDEN: _("共通回答を、この節の文章で上書きしています。"),
    State.NEWER: _("上書きした後に、共通回答が新しくなりました。"),
    State.OWN: _("この節だけの文章です。"),
    State.OPEN: _("まだ回答がありません。"),
    State.ABSENT: _("ペーパーに、この管理策の節がありません。"),
}

"""A type of every kind, with values, what is sent for them, and what is refused."""

from typing import Any

TYPES: dict[str, dict[str, Any]] = {
    "bool": {
        "kind": "bool",
        "words": {"yes": {"ja": "行っています", "en": "done"}, "no": {"ja": "行っていません", "en": "not done"}},
        "detail": True,
    },
    "choice": {
        "kind": "choice",
        "options": [{"key": "free", "ja": "無償", "en": "free"}, {"key": "paid", "ja": "有償", "en": "paid"}],
        "detail": True,
    },
    "choices": {
        "kind": "choices",
        "options": [
            {"key": "daily", "ja": "日次", "en": "daily"},
            {"key": "weekly", "ja": "週次", "en": "weekly"},
            {"key": "monthly", "ja": "月次", "en": "monthly"},
        ],
    },
    "duration": {
        "kind": "duration",
        "units": ["day", "month"],
        "minimum": 1,
        "options": [{"key": "unlimited", "ja": "無期限", "en": "unlimited"}],
    },
    "number": {"kind": "number", "unit": {"ja": "世代", "en": "generations"}, "minimum": 1},
    "percent": {"kind": "percent"},
    "date": {"kind": "date"},
    "text": {"kind": "text", "max_length": 50},
    "long text": {"kind": "text"},
    "url": {"kind": "url"},
    "list": {"kind": "list"},
    "table": {
        "kind": "table",
        "columns": [{"key": "country", "ja": "国", "en": "Country"}, {"key": "use", "ja": "用途", "en": "Use"}],
    },
    "reference": {"kind": "reference"},
}

# kind, what is sent (after the name of the field), the canonical value
SOUND: list[tuple[str, dict[str, Any], Any]] = [
    ("bool", {"": "true"}, True),
    (
        "bool",
        {"": "false", "-detail": "<申請時>を除く & 'その他'"},
        {"value": False, "detail": "<申請時>を除く & 'その他'"},
    ),
    ("choice", {"": "paid"}, "paid"),
    ("choice", {"": "paid", "-detail": "個別見積り"}, {"value": "paid", "detail": "個別見積り"}),
    ("choices", {"": ["daily", "monthly"]}, ["daily", "monthly"]),
    ("duration", {"": "１４", "-unit": "day"}, {"value": 14, "unit": "day"}),
    ("duration", {"": "", "-unit": "=unlimited"}, "unlimited"),
    ("number", {"": "1,000"}, 1000),
    ("percent", {"": "99.95"}, 99.95),
    ("percent", {"": "100"}, 100),
    ("date", {"": "2026-04-01"}, "2026-04-01"),
    ("text", {"": " 東京都 "}, "東京都"),
    ("long text", {"": "「<b>」&amp;"}, "「<b>」&amp;"),
    ("url", {"": "https://example.jp/a?b=1&c=2"}, "https://example.jp/a?b=1&c=2"),
    ("list", {"": "総務省\r\n\r\n 金融庁 \r\n"}, ["総務省", "金融庁"]),
    (
        "table",
        {"-0-country": "日本", "-0-use": "保存", "-1-country": "", "-1-use": "", "-2-country": "", "-2-use": "処理"},
        [{"country": "日本", "use": "保存"}, {"use": "処理"}],
    ),
    (
        "reference",
        {"": "利用規約", "-url": "https://example.jp/"},
        {"document": "利用規約", "url": "https://example.jp/"},
    ),
    ("reference", {"": "利用規約"}, {"document": "利用規約"}),
    ("reference", {"-section": "12.3.1"}, {"section": "12.3.1"}),
]

# kind, what is sent, part of the sentence that comes back
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("bool", {"": "maybe"}, "入力してください"),
    ("bool", {"": "", "-detail": "ときどき"}, "補足だけでは保存できません"),
    ("choice", {"": "gold"}, "次の中から1つ選んでください"),
    ("choice", {"": "", "-detail": "応相談"}, "補足だけでは保存できません"),
    ("choices", {"": ["daily", "hourly"]}, "次の中から選んでください"),
    ("duration", {"": "2週間", "-unit": "day"}, "整数で入力してください"),
    ("duration", {"": "0", "-unit": "day"}, "1以上の整数"),
    ("duration", {"": "3", "-unit": "year"}, "期間は整数と単位"),
    ("duration", {"": "3", "-unit": "=unlimited"}, "数値を空欄に"),
    ("number", {"": "いくつか"}, "整数で入力してください"),
    ("percent", {"": "120"}, "0から100まで"),
    ("date", {"": "2026-02-30"}, "日付を"),
    ("text", {"": "あ" * 51}, "50文字以内"),
    ("long text", {"": "一行目\r\n二行目"}, "1行で入力してください"),
    ("url", {"": "example.jp"}, "https://"),
    ("list", {"": "あ" * 2001}, "2,000文字以内"),
    ("table", {"-0-country": "あ" * 2001, "-0-use": "保存"}, "2,000文字以内"),
    ("reference", {"": "規約", "-section": "12.3.1"}, "どちらか一方だけ"),
    ("reference", {"-url": "https://example.jp/"}, "文書名を入力してください"),
]


def sent(key: str, parts: dict[str, Any]) -> dict[str, Any]:
    """``parts`` as the fields of the fact ``key`` in a form."""
    return {f"f_{key}{suffix}": value for suffix, value in parts.items()}

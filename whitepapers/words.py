"""The words a paper prints by itself, by language."""

WORDS: dict[str, dict[str, str]] = {
    "ja": {
        "contents": "目次",
        "figure": "図",
        "table": "表",
        "note": "注記",
        "draft": "草案",
        "colophon": "奥付",
        "version": "版",
        "document_number": "文書番号",
        "classification": "公開範囲",
        "location": "拠点",
        "layer": "対象",
        "party": "責任を負う者",
        "missing_fact": "未記入",
        "missing_reference": "参照先なし",
        "missing_figure": "図なし",
    },
}


def word(key: str, language: str = "ja") -> str:
    return WORDS[language][key]

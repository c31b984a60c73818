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
        "checked": "最終確認日",
        "approvals": "承認欄",
        "location": "拠点",
        "layer": "対象",
        "party": "責任を負う者",
        "missing_fact": "未記入",
        "missing_reference": "参照先なし",
        "missing_figure": "図なし",
        "comparison": "新旧対照表",
        "comparison_legend": "下線と太字は新しく加わった箇所、取消線は削除した箇所です。変更のない文章は（略）としています。番号だけの変更は示していません。",
        "comparison_empty": "変更はありません。",
        "old": "旧",
        "new": "新",
        "remark": "区分・備考",
        "added": "追加",
        "removed": "削除",
        "moved": "移動",
        "updated": "更新",
        "restyled": "体裁のみ",
        "left_out": "（略）",
        "not_there": "（新設）",
        "taken_out": "（削除）",
        "moved_to": "「{}」へ移動",
        "moved_from": "「{}」から移動",
        "split_from": "「{}」から分割",
        "merged_into": "「{}」に統合",
    },
}


def word(key: str, language: str = "ja") -> str:
    return WORDS[language][key]

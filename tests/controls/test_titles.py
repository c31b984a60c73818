import pytest

from controls.titles import same_title


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("情報セキュリティの役割及び責任", "情報セキュリティの役割および責任"),
        ("装置のセキュリティを保った処分又は再利用", "装置のセキュリティを保った処分または再利用"),
        ("技術的ぜい弱性の管理", "技術的脆弱性の管理"),
        ("順守", "遵守"),
        ("資産の取扱い", "資産の取り扱い"),
        ("資産の取扱", "資産の取り扱い"),
        ("ICTサプライチェーン", "ＩＣＴ サプライチェーン"),
        ("Information backup", "information  backup"),
    ],
)
def test_variants_of_spelling_are_the_same_title(one: str, other: str) -> None:
    assert same_title(one, other)
    assert same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("情報のバックアップ", "バックアップ"), ("利用者登録", "利用者の登録"), ("資産の取扱い", "資産の扱い")],
)
def test_other_words_are_another_title(one: str, other: str) -> None:
    assert not same_title(one, other)

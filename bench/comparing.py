"""Comparing two issues of a paper beside what any comparison by words has to do: cut both into words.

    python -m bench.comparing [--rounds 15]

60 sections with eight paragraphs each, every one of them reworded, and the same where a term changed everywhere. Words are
forgotten before each round. Needs no database. Processor time, medians, timed in turns; ends with 1 when a target is missed.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from statistics import median

COMPARING, DRAFTING = 2.6, 0.8  # the targets: times cutting both papers into words; times comparing, with a new term
SENTENCES = (
    "当社は、お客様のデータを{}のデータセンターに保存し、{}日間のバックアップを保持しています。",
    "利用者の登録及び削除は、お客様の管理者が、管理画面の「{}」から行います。操作は{}回まで取り消せます。",
    "{}に影響する障害を検知したときは、{}時間以内に、あらかじめ登録された連絡先へ電子メールで通知します。",
    "通信はTLS 1.{}以上で暗号化し、鍵は{}か月ごとに更新します。詳しくは、利用規約を参照してください。",
)
PLACES = ("東京", "大阪", "仮想環境", "契約情報", "監査ログ")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.comparing")
    rounds = max(5, parser.add_argument("--rounds", type=int, default=15) and parser.parse_args().rounds)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from whitepapers.diff import compare
    from whitepapers.revision_lines import draft_lines

    before = _paper(lambda text: text)
    after = _paper(
        lambda text: f"{text.replace('。', 'ものとします。', 1).replace('及び', '又は')}例外は別に定めます。"
    )
    renamed = _paper(lambda text: text.replace("お客様", "お客さま"))
    renamed = replace(renamed, printed=replace(renamed.printed, notices=("別の注意事項です。",)))
    changes = compare(before, renamed)
    assert len(compare(before, after).sections) == 60
    assert draft_lines(changes, before, renamed)[0] == "全体の「お客様」の表記を「お客さま」に統一"
    times = _times(
        rounds,
        {
            "cutting": lambda: _cut(before, after),
            "comparing": lambda: compare(before, after),
            "again": lambda: compare(before, renamed),
            "drafting": lambda: draft_lines(changes, before, renamed),
        },
    )
    checked = [
        ("comparing, times cutting into words", times["comparing"] / times["cutting"], COMPARING),
        ("drafting with a new term, times comparing", times["drafting"] / times["comparing"], DRAFTING),
    ]
    print("  ".join(f"{name} {value:.0f} ms" for name, value in times.items()))
    for label, value, most in checked:
        print(f"{'holds' if value <= most else 'MISSED':7} {label}: {value:.2f} (at most {most:g})")
    return int(any(value > most for _, value, most in checked))


def _paper(change: Callable[[str], str]):
    from tests.documents import make_document, section

    def body(number: int) -> list[str]:
        return [
            change(SENTENCES[n % 4].format(PLACES[(number + n) % 5], number + n) + f"{number}の{n}番目の記載です。")
            for n in range(8)
        ]

    return make_document(*(section(f"管理策{number}への取組み", *body(number)) for number in range(60)))


@cache
def _tokenizer():
    from sudachipy import Dictionary, SplitMode

    return Dictionary(dict="core").tokenizer(mode=SplitMode.C)


def _cut(*documents) -> None:
    for document in documents:
        for each in document.walk():
            for block in each.blocks:
                read = _tokenizer().tokenize(block.children[0].text)
                _ = [(word.surface(), word.normalized_form()) for word in read]


def _times(rounds: int, measures: dict[str, Callable[[], object]]) -> dict[str, float]:
    from whitepapers import diff_tokens

    times: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds + 2):
        for name, measure in measures.items():
            diff_tokens.forget()
            begin = time.process_time()
            measure()
            if number >= 2:
                times[name].append((time.process_time() - begin) * 1000)
    return {name: median(values) for name, values in times.items()}


if __name__ == "__main__":
    sys.exit(main())

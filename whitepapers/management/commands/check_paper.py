import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from whitepapers.checks import check
from whitepapers.compose import compose
from whitepapers.management.paper import paper_of


class Command(BaseCommand):
    help = "ペーパーを点検し、指摘を出力します。発行を止める指摘があるときは終了コードが1になります。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", type=int)
        parser.add_argument("--json", action="store_true", help="JSONで出力します")

    def handle(self, *_args: Any, **options: Any) -> None:
        findings = check(compose(paper_of(options["id"])))
        if options["json"]:
            listed = [{**asdict(finding), "blocks": finding.blocks} for finding in findings]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2))
        else:
            for finding in findings:
                mark = "要対応" if finding.blocks else "確認"
                self.stdout.write(f"[{mark}] {finding.place}：{finding.sentence}（{finding.id}）")
            blocking = sum(finding.blocks for finding in findings)
            self.stdout.write(f"指摘 {len(findings)}件（発行を止めるもの {blocking}件）")
        if any(finding.blocks for finding in findings):
            sys.exit(1)

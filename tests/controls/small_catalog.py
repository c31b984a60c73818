"""A catalog small enough to read at a glance, for tests that break it or change it."""

import copy
from pathlib import Path
from typing import Any

import yaml


def _edition(slug: str, position: int, **fields: Any) -> dict[str, Any]:
    framework, year = slug.removeprefix("iso").split("-")
    return {
        "edition": slug,
        "position": position,
        "framework": f"ISO/IEC {framework}",
        "year": int(year),
        "title_ja": f"規格 {slug}",
        "title_en": f"Standard {slug}",
        "status": "current",
        **fields,
    }


def _control(number: str, category: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "category": category,
        "ja": f"題名 {number}",
        "en": f"Title {number}",
        "confidence": "high",
        **fields,
    }


def _heading(number: str, **fields: Any) -> dict[str, Any]:
    return {"id": number, **fields, "ja": f"見出し {number}", "en": f"Heading {number}"}


_SMALL: dict[str, Any] = {
    "iso27017-2015.yaml": _edition(
        "iso27017-2015",
        1,
        based_on="iso27002-2013",
        clauses=[_heading("12")],
        categories=[_heading("12.1", clause="12"), _heading("12.3", clause="12"), _heading("CLD.12", clause="12")],
        controls=[
            _control("12.1.1", "12.1"),
            _control("12.3.1", "12.3", whitepaper=True, provider_guidance=True),
            _control("CLD.12.1.5", "CLD.12", whitepaper=True, cloud_specific=True),
        ],
    ),
    "iso27002-2013.yaml": _edition("iso27002-2013", 3, for_papers=False, controls_of="iso27017-2015"),
    "iso27002-2022.yaml": _edition(
        "iso27002-2022",
        2,
        categories=[_heading("8")],
        controls=[_control("8.12", "8"), _control("8.13", "8"), _control("8.14", "8")],
    ),
    "crosswalk-2013-2022.yaml": {
        "source": "iso27002-2013",
        "target": "iso27002-2022",
        "confidence": "high",
        "forward": {"12.1.1": ["8.12"], "12.3.1": ["8.13"]},
        "reverse": {"8.12": ["12.1.1"], "8.13": ["12.3.1"], "8.14": []},
        "new": ["8.14"],
    },
    "disclosures/clause-12.yaml": {
        "12.3.1": {
            "guidance": {"ja": "周期を書いてください。", "en": "State the schedule."},
            "points": [
                {
                    "key": "backup_retention",
                    "label": {"ja": "保持期間", "en": "Retention"},
                    "required": True,
                    "facts": ["backup_retention_days", "backup_targets"],
                }
            ],
            "facts": [
                {
                    "name": "backup_retention_days",
                    "label": {"ja": "保持期間", "en": "Retention period"},
                    "kind": "duration",
                    "units": ["day", "month"],
                    "owner": "service",
                    "help": {"ja": "期間を入力してください。", "en": "How long."},
                },
                {
                    "name": "backup_targets",
                    "label": {"ja": "対象", "en": "Targets"},
                    "kind": "choices",
                    "options": [
                        {"key": "log", "ja": "ログ", "en": "Logs"},
                        {"key": "data", "ja": "データ", "en": "Data"},
                    ],
                    "owner": "service",
                    "help": {"ja": "対象を選んでください。", "en": "Which data."},
                },
            ],
            "phrases": [
                {
                    "key": "kept",
                    "stance": "provided",
                    "title": {"ja": "保持している場合", "en": "Kept"},
                    "body": '保持期間は{{ backup_retention_days }}です。<% if "log" in fact.backup_targets %>ログを含みます。<% endif %>\n',
                },
                {
                    "key": "see",
                    "stance": "see_section",
                    "title": {"ja": "他の節を参照する場合", "en": "Elsewhere"},
                    "body": "{{ ref: CLD.12.1.5 }}を参照してください。\n",
                },
            ],
        },
        "CLD.12.1.5": {
            "guidance": {"ja": "手順書を書いてください。", "en": "State the manuals."},
            "points": [
                {
                    "key": "manuals",
                    "label": {"ja": "手順書", "en": "Manuals"},
                    "facts": ["operation_manual_provided"],
                }
            ],
            "facts": [
                {
                    "name": "operation_manual_provided",
                    "label": {"ja": "手順書の提供", "en": "Manual"},
                    "kind": "bool",
                    "words": {
                        "yes": {"ja": "提供しています", "en": "Provided"},
                        "no": {"ja": "提供していません", "en": "Not provided"},
                    },
                    "owner": "service",
                    "help": {"ja": "提供しているかを選んでください。", "en": "Whether it is provided."},
                }
            ],
            "phrases": [
                {
                    "key": "manual",
                    "stance": "provided",
                    "title": {"ja": "提供している場合", "en": "Provided"},
                    "body": "手順書：{{ operation_manual_provided }}\n",
                }
            ],
        },
    },
}


def small_catalog() -> dict[str, Any]:
    """File name → data, to be changed freely."""
    return copy.deepcopy(_SMALL)


def write(folder: Path, catalog: dict[str, Any]) -> Path:
    """The files of ``catalog`` in ``folder``."""
    (folder / "disclosures").mkdir(parents=True, exist_ok=True)
    for name, data in catalog.items():
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder

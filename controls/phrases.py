"""Phrases (文例): the project's own wording, filled once when it is inserted. Pure: no Django, no database.

A body is a Jinja2 template with delimiters of its own: ``<< oyobi >>`` prints the provider's style, ``<% if
known.backup_generations %>`` asks what is known. The ``{{ … }}`` in it are not Jinja's: they are the live
placeholders of the paper's text and stay as they are. Only a small part of Jinja2 is allowed, checked on the
syntax tree before anything runs.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from .facts import CHOOSING, FactType, Value, bare


class BrokenPhrase(Exception):
    """A body that is no phrase. The message is a Japanese sentence."""


@dataclass(frozen=True)
class Style:
    """How one provider writes: 当社 or 弊社, お客様 or お客さま, the service's alias, 及び or および."""

    self_reference: str
    customer_term: str
    service: str
    conjunction: str


_PLAIN = Style("当社", "お客様", "本サービス", "及び")

STYLE_NAMES = frozenset({"self_reference", "customer_term", "service", "oyobi"})
LOOKUPS = frozenset({"fact", "known"})

_ENVIRONMENT = SandboxedEnvironment(
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    comment_start_string="<#",
    comment_end_string="#>",
    undefined=StrictUndefined,
    autoescape=False,  # Markdown, not HTML: the renderers escape
)
# Not even Jinja's own functions (range, lipsum …) are there to be called.
_ENVIRONMENT.globals.clear()
_ENVIRONMENT.filters.clear()
_ENVIRONMENT.tests.clear()

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FACT_PLACEHOLDER = re.compile(r" ([a-z][a-z0-9_]*) ")
_REF_PLACEHOLDER = re.compile(r" ref: ([A-Za-z0-9.]+) ")
_REF = re.compile(r"\{\{ ref: ([A-Za-z0-9.]+) \}\}")
_TAG = r"(?:<%(?:(?!%>).)*%>|<#(?:(?!#>).)*#>)"
# A line with nothing on it but conditions and comments (one may itself run over several lines).
_TAG_LINE = re.compile(rf"^[ \t]*({_TAG}(?:[ \t]*{_TAG})*)[ \t]*(\n|\Z)", re.DOTALL | re.MULTILINE)
_GAP = re.compile(rf"({_TAG})[ \t]*", re.DOTALL)
_TRIMMING = re.compile(r"(?:<%|<<|<#)[-+]|[-+](?:%>|>>|#>)")
# What would be markup or a placeholder, had a provider's name such characters in it.
_MARKUP = re.compile(r"[\\*\[\]{}`<|]|(?<![^\W_])_|_(?![^\W_])")


def fill(body: str, *, style: Style, facts: Mapping[str, Value | None]) -> str:
    """The text that ``body`` leaves for this provider and these facts.

    ``facts`` has a key for every definition of the release; ``None`` says unknown. Raises
    :class:`BrokenPhrase` when the body is not allowed or asks for a fact that has no key.
    """
    template, asked = _compiled(body)
    if missing := sorted(asked - facts.keys()):
        raise BrokenPhrase(f"定義されていない事実 {missing[0]} を使っています。")
    try:
        text = template.render(
            self_reference=_literal(style.self_reference),
            customer_term=_literal(style.customer_term),
            service=_literal(style.service),
            oyobi=_literal(style.conjunction),
            fact=SimpleNamespace(**{name: _comparable(facts[name]) for name in asked}),
            known=SimpleNamespace(**{name: facts[name] is not None for name in asked}),
        )
    except (TemplateError, TypeError) as error:
        raise BrokenPhrase(f"文例を展開できません：{error}") from error
    return _tidy(text)


def sample(body: str, labels: Mapping[str, str]) -> str:
    """How a phrase reads, for those who choose one: with every fact of ``labels`` known, each by its label."""
    text = fill(body, style=_PLAIN, facts=dict.fromkeys(labels, ""))
    text = _REF.sub(lambda match: f"〔{match[1]}〕", text)
    return _PLACEHOLDER.sub(lambda match: f"〔{labels.get(match[1].strip(), match[1].strip())}〕", text)


def placeholders(body: str) -> set[str]:
    """The facts whose live placeholders stand in ``body``."""
    return {match[1] for inner in _PLACEHOLDER.findall(body) if (match := _FACT_PLACEHOLDER.fullmatch(inner))}


def references(body: str) -> list[str]:
    """The control numbers that ``{{ ref: … }}`` names, in order."""
    return _REF.findall(body)


def with_references(body: str, numbers: Mapping[str, str]) -> str:
    """``body`` with every reference led to another control; each must have a key in ``numbers``."""
    return _REF.sub(lambda match: f"{{{{ ref: {numbers[match[1]]} }}}}", body)


def check(body: str, *, types: Mapping[str, FactType], controls: Collection[str]) -> None:
    """Raises :class:`BrokenPhrase` unless ``body`` is allowed and names facts and controls that exist."""
    if _TRIMMING.search(body):
        raise BrokenPhrase("<%-、-%>、+%> は使えません。タグだけの行は残らず、ほかの行の改行はそのまま残ります。")
    _, asked = _compiled(body)
    for name in sorted(asked):
        if name not in types:
            raise BrokenPhrase(f"定義されていない事実 {name} を使っています。")
    for comparison in _ENVIRONMENT.parse(body).find_all(nodes.Compare):
        _check_comparison(comparison, types)
    for inner in _PLACEHOLDER.findall(body):
        if match := _FACT_PLACEHOLDER.fullmatch(inner):
            if match[1] not in types:
                raise BrokenPhrase(f"定義されていない事実のプレースホルダー {{{{{inner}}}}} があります。")
        elif match := _REF_PLACEHOLDER.fullmatch(inner):
            if match[1] not in controls:
                raise BrokenPhrase(f"ホワイトペーパーで答える管理策に {match[1]} はありません({{{{{inner}}}}})。")
        else:
            raise BrokenPhrase(f"プレースホルダー {{{{{inner}}}}} の書き方が正しくありません。")
    if "{{" in _PLACEHOLDER.sub("", body) or "}}" in _PLACEHOLDER.sub("", body):
        raise BrokenPhrase("{{ と }} の対応が取れていません。")


# --- What a body may contain -------------------------------------------------------------------------------

_ALLOWED: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.And, nodes.Or, nodes.Not),
    *(nodes.Compare, nodes.Operand, nodes.Const, nodes.Name, nodes.Getattr),
)


@lru_cache(maxsize=4096)
def _compiled(body: str) -> tuple[Template, frozenset[str]]:
    """The template of a body that passed the allowlist, and the names of the facts it asks for."""
    try:
        tree = _ENVIRONMENT.parse(_without_tag_lines(body))
    except TemplateError as error:
        raise BrokenPhrase(f"文例の書き方が正しくありません：{error}") from error
    asked = frozenset(_asked(tree))
    return _ENVIRONMENT.from_string(tree), asked


def _without_tag_lines(body: str) -> str:
    """``body`` so that a line that holds only tags leaves no line behind; any other line keeps its line break.

    The line break moves into the tag, where it prints nothing and still counts for the numbers in messages.
    """

    def closed_up(match: re.Match[str]) -> str:
        tags = _GAP.sub(r"\1", match[1])
        return f"{tags[:-2]}{match[2]}{tags[-2:]}"

    return _TAG_LINE.sub(closed_up, body)


def _asked(node: nodes.Node) -> set[str]:
    """The names of the facts below ``node``. Raises :class:`BrokenPhrase` where a node is not allowed."""
    if type(node) not in _ALLOWED:
        raise BrokenPhrase(f"文例に使えない構文です({type(node).__name__}、{node.lineno}行目)。")
    match node:
        case nodes.Getattr(node=nodes.Name(name=lookup), attr=name) if lookup in LOOKUPS:
            if name.startswith("_"):
                raise BrokenPhrase(f"{lookup}.{name} は使えません({node.lineno}行目)。")
            return {name}
        case nodes.Getattr() | nodes.Name(name="fact" | "known"):
            raise BrokenPhrase(f"属性は fact と known にだけ、1段で使えます({node.lineno}行目)。")
        case nodes.Name(name=name) if name not in STYLE_NAMES:
            raise BrokenPhrase(f"{name} という変数はありません({node.lineno}行目)。")
        case nodes.Const(value=value) if not isinstance(value, str):
            raise BrokenPhrase(f"定数に使えるのは文字列だけです({node.lineno}行目)。")
        case nodes.Operand(op=operator) if operator not in {"eq", "ne", "in", "notin"}:
            raise BrokenPhrase(f"比較に使えるのは ==、!=、in、not in だけです({node.lineno}行目)。")
        case nodes.Output(nodes=printed):
            for child in printed:
                if not isinstance(child, (nodes.TemplateData, nodes.Name)):
                    raise BrokenPhrase(f"<< >> に使えるのは4つの変数だけです({child.lineno}行目)。")
    return {name for child in node.iter_child_nodes() for name in _asked(child)}


def _check_comparison(comparison: nodes.Compare, types: Mapping[str, FactType]) -> None:
    """A comparison must be of one fact with one of its own option keys: anything else can never be true."""
    if len(comparison.ops) != 1:
        raise BrokenPhrase(f"比較は1つずつ書いてください({comparison.lineno}行目)。")
    sides: list[Any] = [comparison.expr, comparison.ops[0].expr]
    names = [
        side.attr
        for side in sides
        if isinstance(side, nodes.Getattr) and isinstance(side.node, nodes.Name) and side.node.name == "fact"
    ]
    constants = [side.value for side in sides if isinstance(side, nodes.Const)]
    if len(names) != 1 or len(constants) != 1:
        raise BrokenPhrase(f"比較は fact.名前 と文字列で書いてください({comparison.lineno}行目)。")
    type_ = types[names[0]]
    is_membership = comparison.ops[0].op in {"in", "notin"}
    if type_["kind"] not in CHOOSING or is_membership != (type_["kind"] == "choices"):
        raise BrokenPhrase(f"{names[0]} の種類({type_['kind']})では、この比較はできません。")
    if constants[0] not in {option["key"] for option in type_.get("options", ())}:
        raise BrokenPhrase(f"{names[0]} に {constants[0]} という選択肢はありません。")


# --- What comes out ----------------------------------------------------------------------------------------


class _Unknown:
    """The value of a fact nobody entered: false, equal to no key, holding none."""

    def __bool__(self) -> bool:
        return False

    def __contains__(self, key: object) -> bool:
        return False


_UNKNOWN = _Unknown()


def _comparable(value: Value | None) -> Value | _Unknown:
    return _UNKNOWN if value is None else bare(value)


def _literal(text: str) -> str:
    """A provider's word as the text it is: characters that would be markup are escaped."""
    return _MARKUP.sub(lambda match: "\\" + match[0], " ".join(text.split()))


def _tidy(text: str) -> str:
    lines = [line if line.strip() else "" for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

"""The rows a provider writes. Each module may import the ones named before it: services, facts, answers, papers."""

from .answers import StandardAnswer, StandardAnswerRevision
from .facts import Fact
from .papers import Figure, HistoryRow, Section, SectionControl, SectionRevision, Whitepaper
from .services import Location, Service

__all__ = [
    "Fact",
    "Figure",
    "HistoryRow",
    "Location",
    "Section",
    "SectionControl",
    "SectionRevision",
    "Service",
    "StandardAnswer",
    "StandardAnswerRevision",
    "Whitepaper",
]

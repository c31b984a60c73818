"""The rows a provider writes. Each module may import the ones named before it: services, facts, answers, papers."""

from .answers import StandardAnswer, StandardAnswerRevision
from .facts import Fact, FactConfirmation
from .papers import Figure, HistoryRow, Section, SectionControl, SectionPresence, SectionRevision, Whitepaper
from .services import Location, Service

__all__ = [
    "Fact",
    "FactConfirmation",
    "Figure",
    "HistoryRow",
    "Location",
    "Section",
    "SectionControl",
    "SectionPresence",
    "SectionRevision",
    "Service",
    "StandardAnswer",
    "StandardAnswerRevision",
    "Whitepaper",
]

"""The rows a provider writes. Each module may import the ones named before it: services, facts, answers, papers, reviews,
versions."""

from .answers import StandardAnswer, StandardAnswerRevision
from .facts import Fact, FactConfirmation
from .papers import Figure, HistoryRow, Section, SectionControl, SectionPresence, SectionRevision, Whitepaper
from .reviews import Capacity, Comment, Decision, Review, Seat, Waiver
from .services import Location, Service
from .versions import Artefact, EarlierIssue, Notice, Recheck, StoredFile, Version, Withdrawal

__all__ = [
    "Artefact",
    "Capacity",
    "Comment",
    "Decision",
    "EarlierIssue",
    "Fact",
    "FactConfirmation",
    "Figure",
    "HistoryRow",
    "Location",
    "Notice",
    "Recheck",
    "Review",
    "Seat",
    "Section",
    "SectionControl",
    "SectionPresence",
    "SectionRevision",
    "Service",
    "StandardAnswer",
    "StandardAnswerRevision",
    "StoredFile",
    "Version",
    "Waiver",
    "Whitepaper",
    "Withdrawal",
]

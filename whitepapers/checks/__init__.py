"""Checks that read a Document the way a careful auditor would. Pure: computed on demand, never stored.

A check is a function from a Document to findings, registered here by its module; each finding has the stable id of its
check, so that a waiver can name it.
"""

from .registry import Finding, Severity, check

__all__ = ["Finding", "Severity", "check"]

"""A Document as JSON: the canonical form whose SHA-256 is its digest."""

from ..document import Document, Imprint


def render_json(document: Document, imprint: Imprint) -> str:  # noqa: ARG001 - the imprint is not part of it
    return document.to_json()

"""What a page of the application adds to a rendered paper, which itself knows nothing of the application."""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup

# As templates/document/blocks.html writes a section's heading and reference line. What people wrote is escaped and cannot look like it.
_HEADING = re.compile(
    r'<h(?P<level>[2-6]) id="(?P<anchor>s[0-9]+)">.*?</h(?P=level)>(?:\s*<p class="reference-line">.*?</p>)?', re.DOTALL
)


def with_remarks(paper: Markup, remarks: Mapping[str, str]) -> Markup:
    """The paper with HTML after the headings of sections: anchor → trusted HTML."""
    return Markup(_HEADING.sub(lambda match: match[0] + remarks.get(match["anchor"], ""), paper))  # noqa: S704

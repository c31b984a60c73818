"""What a browser would send when somebody presses the button of a page's form: its controls as they stand."""

from html.parser import HTMLParser

from django.http import QueryDict


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self.inside = 0
        self.select: tuple[str, list[tuple[str, bool]]] | None = None
        self.textarea: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside += found.get("method") == "post"
        name = found.get("name", "")
        if tag == "input" and name:
            is_box = found.get("type") in {"radio", "checkbox"}
            if not is_box or "checked" in found:
                self.fields.append((name, found.get("value", "on" if is_box else "")))
        elif tag == "select":
            self.select = (name, [])
        elif tag == "option" and self.select:
            self.select[1].append((found["value"], "selected" in found))
        elif tag == "textarea":
            self.textarea = (name, [])

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.textarea[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            name, options = self.select
            self.fields.append((name, next((value for value, is_on in options if is_on), options[0][0])))
            self.select = None
        elif tag == "textarea" and self.textarea:
            name, parts = self.textarea
            text = "".join(parts).removeprefix("\n")  # the first line end after the tag is no content
            self.fields.append((name, text.replace("\n", "\r\n")))
            self.textarea = None


def controls(html: str) -> QueryDict:
    """The fields of ``html``, a form or a page whose only POST form of interest is the last ``<form method="post">``."""
    start = html.rfind('<form method="post"')
    parser = _Controls()
    parser.feed((html[start:] if start >= 0 else html).replace("\r\n", "\n"))
    parser.close()
    data = QueryDict(mutable=True)
    for name, value in parser.fields:
        data.appendlist(name, value)
    return data

"""Forms whose texts hold no control characters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .characters import InvalidText, check


class CheckedTexts:
    """Goes before the form: ``class NameForm(CheckedTexts, forms.Form)``. Each text field refuses, with a sentence, what
    accounts.characters refuses; passwords are whatever people like."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                field.validators = [*field.validators, _Characters(isinstance(field.widget, forms.Textarea))]


class _Characters:
    def __init__(self, multiline: bool) -> None:
        self.multiline = multiline

    def __call__(self, value: object) -> None:
        try:
            check(value, multiline=self.multiline)
        except InvalidText as error:
            raise ValidationError(str(error), code="characters") from error

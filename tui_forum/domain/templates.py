"""Templates: texts that new threads of a community begin with, written by its hosts. Issue 3, part 9."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tui_forum.domain.entities import ThreadKind
from tui_forum.domain.errors import ConflictError, InvalidInputError
from tui_forum.domain.limits import BODY_MAX_CHARS, TEMPLATE_NAME_MAX_CHARS, TITLE_MAX_CHARS
from tui_forum.domain.text import clean_body, clean_line, display_line, display_text
from tui_forum.i18n import N_

NO_NAME: Final = N_("A template needs a name.")
LONG_NAME: Final = N_("A template's name has at most {longest} characters; this one has {count}.")
LONG_TITLE: Final = N_("A title has at most {longest} characters; this one has {count}.")
LONG_BODY: Final = N_("A post has at most {longest} characters; this one has {count}.")
NOTHING_IN_IT: Final = N_("A template without title and text is of no use.")
SAME_NAME: Final = N_("There is a template “{name}” already.")
TOO_MANY: Final = N_("A community has at most {most} templates: change or delete one.")


@dataclass(frozen=True, slots=True)
class Template:
    """A name to choose it by, and what it puts into the composer. ``template_id`` 0: not stored yet."""

    template_id: int
    name: str
    kind: ThreadKind
    title: str
    body: str

    @property
    def beginning(self) -> str:
        """What a title begins with: a space follows, for stored lines end in none and one types on."""
        return f"{self.title} " if self.title else ""

    def check(self) -> Template:
        """The template as it is stored.

        Raises:
            InvalidInputError: with the ``field``: name, title or body.
        """
        checked = replace(
            self, name=clean_line(self.name), title=clean_line(self.title), body=clean_body(self.body)
        )
        if not display_line(checked.name).strip():
            raise InvalidInputError(NO_NAME, field="name")
        for field, text, longest, sentence in (
            ("name", checked.name, TEMPLATE_NAME_MAX_CHARS, LONG_NAME),
            ("title", checked.title, TITLE_MAX_CHARS, LONG_TITLE),
            ("body", checked.body, BODY_MAX_CHARS, LONG_BODY),
        ):
            if len(text) > longest:
                raise InvalidInputError(sentence, field=field, longest=longest, count=len(text))
        if not display_line(checked.title).strip() and not display_text(checked.body).strip():
            raise InvalidInputError(NOTHING_IN_IT, field="body")
        return checked


class TemplateConflictError(ConflictError):
    """Somebody has changed the template meanwhile; ``theirs`` is what it is now, None when it is gone."""

    def __init__(self, message: str, theirs: Template | None) -> None:
        super().__init__(message)
        self.theirs = theirs

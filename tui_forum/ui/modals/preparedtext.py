"""A prepared text: for which decisions, and how it reads in each language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.moderation import DecisionKind
from tui_forum.domain.reasons import PLACEHOLDERS, TEXT_MAX_CHARS, PreparedText
from tui_forum.i18n import LANGUAGES, N_, _, explain
from tui_forum.ui.casewords import OUTCOMES
from tui_forum.ui.widgets.form import Choice, Label, line_field

NAMES = {"en": N_("In English"), "de": N_("In German")}

#: Saves the text; raises :class:`InvalidInputError` with the language as ``field``.
Save = Callable[[DecisionKind | None, Mapping[str, str]], Awaitable[None]]


class PreparedTextModal(ModalScreen[bool], inherit_bindings=False):
    """Enter saves; what cannot be saved is said beneath its line, and what was typed stays."""

    DEFAULT_CSS = """
    PreparedTextModal { align: center middle; background: $background 60%; }
    PreparedTextModal Vertical { width: 80; max-width: 96%; height: auto; padding: 1 2; background: $panel; }
    PreparedTextModal Static { height: auto; color: $foreground; }
    PreparedTextModal Label { margin-top: 1; }
    PreparedTextModal Label.-wrong { color: $error; }
    PreparedTextModal Input { border: none; height: 1; background: $background; }
    PreparedTextModal Choice:focus { text-style: bold reverse; }
    PreparedTextModal .-keys { margin-top: 1; }
    """

    def __init__(self, text: PreparedText | None, save: Save) -> None:
        super().__init__()
        self._text = text
        self._save = save

    def compose(self) -> ComposeResult:
        """For which decision, a line for each language, the placeholders, the keys."""
        kind = self._text.kind.value if self._text and self._text.kind else ""
        kinds = [("", _("all")), *((one.value, _(OUTCOMES[one])) for one in DecisionKind)]
        texts = self._text.texts if self._text else {}
        with Vertical():
            yield Static(_("For decisions:"), markup=False)
            yield Choice(kinds, kind, id="kind")
            for language in LANGUAGES:
                yield Label(id=f"label-{language}")
                yield line_field(
                    id=f"text-{language}", value=texts.get(language, ""), max_length=TEXT_MAX_CHARS
                )
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            yield Static(
                _("Placeholders: {known}").format(known=known) + "\n" + _("Enter save   Esc never mind"),
                classes="-keys",
                markup=False,
            )

    def on_mount(self) -> None:
        """Type at once."""
        for language in LANGUAGES:
            self.query_one(f"#label-{language}", Label).say(_(NAMES[language]))
        self.query_one(f"#text-{LANGUAGES[0]}", Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Leave, or go to the next field."""
        if event.key == "escape":
            event.stop()
            self.dismiss(False)
        elif event.key in {"tab", "down"}:
            event.stop()
            self.focus_next()
        elif event.key in {"shift+tab", "up"}:
            event.stop()
            self.focus_previous()
        elif event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self.run_worker(cast("Callable[[], Awaitable[None]]", self._try), name="save")

    def on_input_submitted(self) -> None:
        """Save."""
        self.run_worker(cast("Callable[[], Awaitable[None]]", self._try), name="save")

    async def _try(self) -> None:
        kind = self.query_one("#kind", Choice).value
        texts = {language: self.query_one(f"#text-{language}", Input).value for language in LANGUAGES}
        for language in LANGUAGES:
            self.query_one(f"#label-{language}", Label).complain("")
        try:
            await self._save(DecisionKind(kind) if kind else None, texts)
        except InvalidInputError as error:
            wrong = error.field if error.field in LANGUAGES else LANGUAGES[0]
            self.query_one(f"#label-{wrong}", Label).complain(explain(error))
            self.query_one(f"#text-{wrong}", Input).focus()
            return
        self.dismiss(True)

"""The guided form for a charter: to open a community, or to change what one has."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final

from textual.timer import Timer

from tui_forum.domain.charter import (
    PROJECT_DAYS,
    PURPOSES,
    RESPONSE_DAYS,
    REVIEW_DAYS,
    Charter,
    CharterConflictError,
    CharterView,
    Rule,
    RuleScope,
    changes,
    merge,
    read_date,
    read_days,
    read_languages,
    read_purpose,
)
from tui_forum.domain.entities import Purpose, Visibility
from tui_forum.domain.errors import ForumError
from tui_forum.domain.limits import (
    AUDIENCE_MAX_CHARS,
    COMMUNITY_NAME_MAX_CHARS,
    REASON_MAX_CHARS,
    RESPONDERS_MAX_CHARS,
    SLUG_MAX_CHARS,
    STATEMENT_MAX_CHARS,
)
from tui_forum.domain.views import Draft
from tui_forum.i18n import N_, _, explain
from tui_forum.services.communities import today_of
from tui_forum.ui.chartertext import diff_lines, purpose_meaning, version_text
from tui_forum.ui.formscreen import FORM_KEYS, Field, FormScreen, lines_field
from tui_forum.ui.keys import Key
from tui_forum.ui.memberwords import VISIBILITIES
from tui_forum.ui.modals.charterconflict import MERGE, CharterConflictModal
from tui_forum.ui.navigation import OpenCommunity
from tui_forum.ui.widgets.form import Choice, line_field

#: As in the composer: a draft is written so long after the first change that is not yet written, seconds.
AUTOSAVE: Final = 1.0
_ROOM: Final = 40  # a paste that is a little too long is told, not cut in silence
_SCOPE = re.compile(r"\s*\((threads|replies)\)\s*$")


def draft_key(community_id: int | None) -> str:
    """The key of the draft of a charter; without a community it is a new one's."""
    return f"charter:{community_id or 0}"


def _rules_text(charter: Charter) -> str:
    return "\n".join(
        rule.text + ("" if rule.scope is RuleScope.ALWAYS else f" ({rule.scope.value})")
        for rule in charter.rules
    )


def _rules_of(text: str) -> tuple[Rule, ...]:
    found = []
    for line in text.split("\n"):
        line = re.sub(r"^\s*\d{1,2}[.)]\s+", "", line)  # noqa: PLW2901 - numbered by hand
        scope = _SCOPE.search(line)
        text_ = line[: scope.start()] if scope else line
        if text_.strip():
            found.append(Rule(text_, RuleScope(scope.group(1)) if scope else RuleScope.ALWAYS))
    return tuple(found)


def form_values(charter: Charter) -> dict[str, str]:
    """A charter as the texts of the form's fields."""
    return {
        "purpose": charter.purpose.value,
        "statement": charter.statement,
        "audience": charter.audience,
        "rules": _rules_text(charter),
        "response_days": "" if charter.response_days is None else str(charter.response_days),
        "responders": charter.responders,
        "linked": charter.linked,
        "languages": ", ".join(charter.languages),
        "review_on": "" if charter.review_on is None else charter.review_on.isoformat(),
        "ends_on": "" if charter.ends_on is None else charter.ends_on.isoformat(),
        "public_record": "yes" if charter.public_record else "no",
    }


def charter_of(values: dict[str, str], today: date) -> Charter:
    """The charter that the form's fields tell.

    Raises:
        InvalidInputError: a field cannot be read (``field`` names it).
    """
    return Charter(
        purpose=read_purpose(values["purpose"]),
        statement=values["statement"],
        audience=values["audience"],
        rules=_rules_of(values["rules"]),
        response_days=read_days(values["response_days"]),
        responders=values["responders"],
        languages=read_languages(values["languages"]),
        review_on=read_date(values["review_on"], "review_on", today),
        ends_on=read_date(values["ends_on"], "ends_on", today),
        linked=values["linked"],
        public_record=values["public_record"] != "no",
    )


class CharterFormScreen(FormScreen[int]):
    """Returns the community's id once it was opened or changed. What is typed is kept as a draft."""

    KEYS: ClassVar = ()
    FORM_KEYS: ClassVar[tuple[Key, ...]] = (
        *FORM_KEYS[:-1],
        Key(("escape",), "leave_form", N_("keep the draft"), hint=True),
        Key(("ctrl+g",), "ask_discard", N_("discard"), hint=True),
    )

    def __init__(self, community_id: int = 0) -> None:
        """``community_id`` 0 opens a new one."""
        super().__init__()
        self._community_id = community_id or None
        self._view: CharterView | None = None
        self._base = Charter()
        self._version = 0
        self._draft: Draft | None = None
        self._kept: dict[str, str] = {}
        self._done = False
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()

    @property
    def _today(self) -> date:
        return today_of(self.actor, datetime.now(UTC))

    def heading(self) -> str:
        """What the form is for."""
        if self._community_id is None:
            return _("Open a community")
        return _("Change the charter of {name}").format(name=self._view.name if self._view else "")

    # -- fields

    def make_fields(self) -> Sequence[Field]:
        """From what it is for to when it is looked at again; names and hosts only for a new one."""
        today = self._today
        purposes = [(purpose.value, _(PURPOSES[purpose].name)) for purpose in Purpose]
        example = today + timedelta(days=REVIEW_DAYS)
        date_label = _("year-month-day, for example {example}")
        end = date_label.format(example=today + timedelta(days=PROJECT_DAYS))
        answers = [("yes", _("yes")), ("no", _("no"))]
        fields = [
            Field("purpose", "", Choice(purposes, Purpose.PRACTICE.value, id="purpose")),
            _line("statement", _("What is it for? One sentence"), STATEMENT_MAX_CHARS),
            _line("audience", _("For whom is it?"), AUDIENCE_MAX_CHARS),
            Field(
                "rules",
                _("Rules, short, one in a line; end one with (threads) or (replies) if it matters only then"),
                lines_field("", height=5),
            ),
            _line("response_days", _("First answer within how many working days?"), 3),
            _line("responders", _("Who answers?"), RESPONDERS_MAX_CHARS),
            _line("linked", _("Short name of the community where it is discussed, if any"), SLUG_MAX_CHARS),
            _line("languages", _("Languages, as codes: en, de"), 40),
            _line("ends_on", _("Last day ({how})").format(how=end), 10),
            _line("review_on", _("When do the hosts look at it again? ({how})").format(
                how=date_label.format(example=example)), 10),
            Field("public_record", _("May everybody read what was moderated here, without names?"),
                  Choice(answers, "yes", id="public_record")),
        ]  # fmt: skip
        if self._community_id is not None:
            return (*fields, _line("reason", _("Why does it change? The members are told"), REASON_MAX_CHARS))
        visibilities = [(visibility.value, _(VISIBILITIES[visibility.value])) for visibility in Visibility]
        return (
            _line("name", _("Name, as people read it"), COMMUNITY_NAME_MAX_CHARS),
            _line("slug", _("Short name: a–z, 0–9 and hyphen"), SLUG_MAX_CHARS),
            *fields,
            Field(
                "visibility", _("Who sees it and comes in?"), Choice(visibilities, "open", id="visibility")
            ),
            _line("hosts", _("Hosts, by their handles: at least one, better two"), 200),
        )

    async def on_mount(self) -> None:
        """Fill in: the draft, else the charter in force, else what is usual."""
        usual = self._usual()
        if self._community_id is not None:
            self._view = await self.ask(self.forum.charters.view(self.actor, self._community_id))
            if self._view is not None:
                self._base, self._version = self._view.present.charter, self._view.present.version
                usual = {**form_values(self._base), "reason": ""}
        draft = await self.ask(self.forum.drafts.get(self.actor, draft_key(self._community_id)))
        self.fill(usual)
        self._kept = self.values
        if draft is not None:
            self._restore(draft)
            self._kept = self.values
        await super().on_mount()
        self._show_purpose()
        if draft is not None:
            self.say(_("What you had typed is back."))

    def _usual(self) -> dict[str, str]:
        today = self._today
        return {
            "languages": self.actor.language,
            "hosts": f"@{self.actor.handle}, ",
            "review_on": (today + timedelta(days=REVIEW_DAYS)).isoformat(),
            "response_days": str(RESPONSE_DAYS),
        }

    def _restore(self, draft: Draft) -> None:
        try:
            kept = json.loads(draft.body)
            values, self._version = dict(kept["values"]), int(kept["version"]) or self._version
        except (ValueError, KeyError, TypeError):
            return
        self._draft = draft
        self.fill({name: str(text) for name, text in values.items()})

    # -- what the purpose changes

    def on_choice_changed(self, message: Choice.Changed) -> None:
        """What the form asks for depends on the purpose."""
        message.stop()
        self._show_purpose()
        self.typed()

    def _show_purpose(self) -> None:
        purpose = read_purpose(self.values["purpose"])
        rules = PURPOSES[purpose]
        question = _("What kind of community is it? Space or the arrows change it")
        self.label("purpose").say(f"{question}\n{purpose_meaning(purpose)}. {_(rules.explains)}")
        for name, asked in (("linked", rules.links), ("ends_on", rules.needs_end)):
            self.show_field(name, shown=asked)
        if rules.needs_end and not self.values["ends_on"].strip():
            self.fill({"ends_on": (self._today + timedelta(days=PROJECT_DAYS)).isoformat()})

    # -- drafts

    def typed(self) -> None:
        """Something was typed."""
        if self._timer is None and not self._done and self.values != self._kept:
            self._timer = self.set_timer(AUTOSAVE, self._autosave)

    async def _autosave(self) -> None:
        self._timer = None
        await self.keep_draft()

    async def keep_draft(self) -> bool:
        """Write what was typed, if it is not written yet; False when it could not be."""
        async with self._saving:
            values = self.values
            if self._done or values == self._kept:
                return True
            body = json.dumps({"version": self._version, "values": values}, ensure_ascii=False)
            title = values.get("name") or (self._view.name if self._view else "")
            try:
                self._draft = await self.forum.drafts.save(
                    self.actor, draft_key(self._community_id), title=title, body=body
                )
            except ForumError as error:
                if self.is_mounted:
                    self.say(_("The draft is not saved yet: {why}").format(why=explain(error)), error=True)
                return False
            self._kept = values
            return True

    async def on_unmount(self) -> None:
        """Nothing is lost when the line drops."""
        await self.keep_draft()

    async def action_leave_form(self) -> None:
        """Leave; the draft stays."""
        if await self.keep_draft():
            kept = self._draft is not None
            self.dismiss(None)
            if kept:
                self.forum_app.call_later(self.forum_app.say, _("Your draft is kept; g d lists your drafts."))

    def action_ask_discard(self) -> None:
        """Throw what was typed away, after asking."""
        self.run_worker(self._discard(), name="discard")

    async def _discard(self) -> None:
        if await self.forum_app.confirm(_("Discard what you have written?")):
            self._done = True
            await self.ask(self.forum.drafts.discard(self.actor, draft_key(self._community_id)))
            self.dismiss(None)

    # -- sending

    async def send(self, values: dict[str, str]) -> int | None:
        """Open the community, or put the changed charter in force; None when it is not decided yet.

        Raises:
            InvalidInputError: a field cannot be used.
        """
        await self.keep_draft()
        token = self._draft.token if self._draft is not None else None
        charter = charter_of(values, self._today)
        if self._community_id is not None:
            return await self._change(charter, values["reason"], token)
        opened = await self.forum.charters.open(
            self.actor,
            values["slug"],
            values["name"],
            charter,
            hosts=re.split(r"[,\s]+", values["hosts"]),
            visibility=Visibility(values["visibility"]),
            token=token,
        )
        self._done = True
        self.post_message(OpenCommunity(opened.community_id))
        return opened.community_id

    async def _change(self, charter: Charter, reason: str, token: str | None) -> int | None:
        assert self._community_id is not None
        try:
            await self.forum.charters.change(
                self.actor, self._community_id, charter, version=self._version, reason=reason, token=token
            )
        except CharterConflictError as error:
            await self._settle(error, charter)
            return None
        self._done = True
        return self._community_id

    async def _settle(self, error: CharterConflictError, mine: Charter) -> None:
        """Show what the other host did and let this one decide; nothing is overwritten silently."""
        theirs = error.theirs
        text = "\n".join([version_text(theirs, None), "", *diff_lines(changes(self._base, theirs.charter))])
        answer = await self.forum_app.push_screen(CharterConflictModal(text), wait_for_dismiss=True)
        if not answer:
            self.say(explain(error), error=True)
            return
        merged = merge(self._base, theirs.charter, mine) if answer == MERGE else theirs.charter
        self._base, self._version = theirs.charter, theirs.version
        self.fill(form_values(replace(merged)))
        self._show_purpose()
        await self.keep_draft()
        self.say(_("Look at it once more; Ctrl-S puts it in force."))


def _line(name: str, label: str, longest: int) -> Field:
    return Field(name, label, line_field(id=name, max_length=longest + _ROOM))

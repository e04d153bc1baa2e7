"""``community open``: a community with its charter, from options or asked field by field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, TypeVar

from tui_forum.commands.context import Ask, Context, Where, say
from tui_forum.domain.charter import (
    PURPOSES,
    Charter,
    Rule,
    RuleScope,
    check_charter,
    default_charter,
    read_date,
    read_days,
    read_languages,
    read_purpose,
)
from tui_forum.domain.entities import Actor, Purpose, Visibility
from tui_forum.domain.errors import InvalidInputError
from tui_forum.domain.limits import RULES_MAX
from tui_forum.i18n import N_, _, explain, language
from tui_forum.services.charters import Charters, check_name
from tui_forum.services.communities import today_of


@dataclass(frozen=True, slots=True)
class CharterOptions:
    """What was said of the charter; what is empty is asked for in a terminal, or as is usual."""

    name: str = ""
    purpose: Purpose | None = None
    statement: str = ""
    audience: str = ""
    rule: tuple[str, ...] = ()
    thread_rule: tuple[str, ...] = ()
    reply_rule: tuple[str, ...] = ()
    response_days: str = ""
    responders: str = ""
    languages: str = ""
    host: tuple[str, ...] = ()
    visibility: Visibility = Visibility.OPEN
    ends_on: str = ""
    review_on: str = ""
    linked: str = ""
    public_record: bool = True


T = TypeVar("T")

MISSING: Final = N_("{names} must be given; in a terminal you are asked for it.")


def missing_options(slug: str, options: CharterOptions) -> list[str]:
    """What nobody can guess and was not given."""
    given = {
        "SLUG": slug,
        "--name": options.name,
        "--purpose": options.purpose,
        "--statement": options.statement,
    }
    return [name for name, value in given.items() if not value]


def charter_of(options: CharterOptions, today: date) -> Charter:
    """The charter that options tell, completed by what is usual.

    Raises:
        InvalidInputError: one of them cannot be read.
    """
    usual = default_charter(
        options.purpose or Purpose.PRACTICE, options.statement, today, languages=(language(),)
    )
    rules = [
        *(Rule(text) for text in options.rule),
        *(Rule(text, RuleScope.THREADS) for text in options.thread_rule),
        *(Rule(text, RuleScope.REPLIES) for text in options.reply_rule),
    ]
    return replace(
        usual,
        audience=options.audience,
        rules=tuple(rules),
        response_days=read_days(options.response_days) or usual.response_days,
        responders=options.responders,
        languages=read_languages(options.languages) or usual.languages,
        review_on=read_date(options.review_on, "review_on", today) or usual.review_on,
        ends_on=read_date(options.ends_on, "ends_on", today) or usual.ends_on,
        linked=options.linked,
        public_record=options.public_record,
    )


async def open_community(context: Context, where: Where, slug: str, options: CharterOptions) -> str:
    """Open the community; its short name. Asks for what is missing where there is somebody to ask.

    Raises:
        InvalidInputError: something is missing or cannot be used. ForumError: as the services say.
    """
    missing = missing_options(slug, options)
    if missing and context.ask is None:
        raise InvalidInputError(MISSING, names=", ".join(missing))
    async with context.open_forum(where) as forum:
        actor = await context.actor(forum)
        if missing and context.ask is not None:
            form = _Form(context, context.ask, forum.charters, actor)
            slug, options = await form.fill(slug, options)
        today = today_of(actor, datetime.now(UTC))
        row = await forum.charters.open(
            actor,
            slug,
            options.name,
            charter_of(options, today),
            hosts=options.host or None,
            visibility=options.visibility,
        )
    return row.slug


class _Form:
    """Asks for one field after the other, each until its answer can be used."""

    def __init__(self, context: Context, ask: Ask, charters: Charters, actor: Actor) -> None:
        self._context = context
        self._ask = ask
        self._charters = charters
        self._actor = actor
        self._today = today_of(actor, datetime.now(UTC))

    async def fill(self, slug: str, options: CharterOptions) -> tuple[str, CharterOptions]:
        """All that was not given, in the order of the form."""
        if not slug:
            label = _("Short name: a–z, 0–9 and hyphen")
            slug = await self._until(label, partial(self._charters.check_slug, self._actor))
        if not options.name:
            name = await self._until(_("Name, as people read it"), _at_once(check_name))
            options = replace(options, name=name)
        if options.purpose is None:
            for one, rules in PURPOSES.items():
                say(self._context.console, f"  {one.value}: {_(rules.explains)}")
            purpose = await self._until(_("Kind"), _at_once(read_purpose), Purpose.PRACTICE.value)
            options = replace(options, purpose=purpose)
        for field, label, usual in self._lines(options.purpose or Purpose.PRACTICE):
            if not getattr(options, field):
                options = await self._until(label, partial(self._with, options, field), usual)
        if not (options.rule or options.thread_rule or options.reply_rule):
            options = await self._rules(options)
        if not options.host:
            hosts = await self._until(_("Hosts, better two"), self._hosts, f"@{self._actor.handle}")
            options = replace(options, host=hosts)
        return slug, options

    async def _until(self, label: str, read: Callable[[str], Awaitable[T]], usual: str = "") -> T:
        """Ask until ``read`` can use the answer; an empty one is ``usual``."""
        prompt = f"{label} [{usual}]: " if usual else f"{label}: "
        while True:
            answer = (await self._ask(prompt)).strip() or usual
            try:
                return await read(answer)
            except InvalidInputError as error:
                say(self._context.console, explain(error))

    def _lines(self, purpose: Purpose) -> list[tuple[str, str, str]]:
        """What is asked for in a line: option, question, what is usual."""
        rules = PURPOSES[purpose]
        usual = default_charter(purpose, "", self._today, languages=(language(),))
        linked = _("Short name of the community where announcements are discussed, if any")
        lines = [
            ("statement", _("Its purpose in one sentence"), ""),
            ("audience", _("For whom it is"), ""),
            ("linked", linked, "") if rules.links else None,
            (
                "response_days",
                _("First answer within how many working days"),
                str(usual.response_days or ""),
            ),
            ("responders", _("Who answers"), ""),
            ("languages", _("Languages, as codes: en, de"), ", ".join(usual.languages)),
            ("ends_on", _("Last day, as YYYY-MM-DD"), str(usual.ends_on)) if rules.needs_end else None,
            ("review_on", _("When the hosts look at the charter again, as YYYY-MM-DD"), str(usual.review_on)),
        ]
        return [line for line in lines if line is not None]

    async def _with(self, options: CharterOptions, field: str, answer: str) -> CharterOptions:
        """``options`` with a line that the charter can use, so that it is blamed now and not in the end."""
        filled = replace(options, **{field: answer})  # type: ignore[arg-type]
        probe = filled if field == "statement" or filled.statement else replace(filled, statement=field)
        check_charter(charter_of(probe, self._today), self._today)
        return filled

    async def _rules(self, options: CharterOptions) -> CharterOptions:
        """One by one, until an empty line."""
        while len(options.rule) < RULES_MAX:
            label = _("Rule {number} (empty: no more)").format(number=len(options.rule) + 1)
            longer = await self._until(label, partial(self._and_rule, options))
            if longer is options:
                break
            options = longer
        return options

    async def _and_rule(self, options: CharterOptions, answer: str) -> CharterOptions:
        if not answer:
            return options
        longer = replace(options, rule=(*options.rule, answer))
        check_charter(charter_of(longer, self._today), self._today)
        return longer

    async def _hosts(self, answer: str) -> tuple[str, ...]:
        return await self._charters.check_hosts(self._actor, answer.replace(",", " ").split())


def _at_once(read: Callable[[str], T]) -> Callable[[str], Awaitable[T]]:
    """A check that waits for nothing, as one that does."""

    async def awaited(answer: str) -> T:
        return read(answer)

    return awaited

"""The tree itself. Built anew for each call, so that its help speaks the session's language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Group, Parameter
from rich.text import Text

from tui_forum.commands.context import OK, Context, Where, say, usage_sentence
from tui_forum.commands.exporting import Format
from tui_forum.domain.entities import Purpose, Visibility
from tui_forum.domain.handles import check_slug
from tui_forum.domain.record import RecordAction
from tui_forum.i18n import _
from tui_forum.importers.records import ImportJob, Kind

NOWHERE = Where()


def build(context: Context, *, name: str = "tui-forum", version: str = "") -> App:
    """All commands that need nothing but a forum and a console."""
    app = App(
        name=name,
        version=version,
        help=_("A community forum in the terminal."),
        console=context.console,
        error_console=context.errors,
        help_format="plaintext",
        group_commands=Group(_("Commands"), sort_key=0),
        group_parameters=Group(_("Options"), sort_key=2),
        group_arguments=Group(_("Arguments"), sort_key=1),
        error_formatter=lambda error: Text(usage_sentence(error)),
        result_action="return_value",
        exit_on_error=False,
        print_error=True,
        suppress_keyboard_interrupt=False,
    )
    _add_import(app, context)
    _add_community(app, context)
    _add_moderation(app, context)
    _add_admin(app, context)
    return app


def _add_import(app: App, context: Context) -> None:
    @app.command(name="import", help=_("Import the archive of another forum, mailing list or newsgroup."))
    async def import_(
        kind: Annotated[Kind, Parameter(help=_("Format of the archive."))],
        path: Annotated[Path, Parameter(help=_("File or folder."))],
        /,
        *,
        into: Annotated[str, Parameter(help=_("Short name of the community; it is opened if need be."))],
        name: Annotated[str, Parameter(help=_("Name of a community that is opened."))] = "",
        source: Annotated[
            str, Parameter(help=_("Name of the archive, where two of one format go into one community."))
        ] = "",
        where: Where = NOWHERE,
    ) -> int:
        from tui_forum.commands.importing import import_archive
        from tui_forum.importers.run import check

        job = ImportJob(kind, path, check_slug(into), name=name, source=source)
        check(job)  # before a data folder is made for nothing
        async with context.open_forum(where) as forum:
            await import_archive(context.console, forum.imports, job)
        return OK


def _add_community(app: App, context: Context) -> None:
    community = App(name="community", help=_("Open communities."))
    app.command(community)

    @community.command(name="open", help=_("Open a community with its charter."))
    async def open_(
        slug: Annotated[str, Parameter(help=_("Short name: a–z, 0–9 and hyphen."))] = "",
        /,
        *,
        name: Annotated[str, Parameter(help=_("Name, as people read it."))] = "",
        purpose: Annotated[Purpose | None, Parameter(help=_("What kind of community it is."))] = None,
        statement: Annotated[str, Parameter(help=_("What it is for, in a sentence."))] = "",
        audience: Annotated[str, Parameter(help=_("For whom it is."))] = "",
        rule: Annotated[
            tuple[str, ...], Parameter(help=_("A rule; may be given several times."), negative="")
        ] = (),
        thread_rule: Annotated[
            tuple[str, ...], Parameter(help=_("A rule that matters most in new threads."), negative="")
        ] = (),
        reply_rule: Annotated[
            tuple[str, ...], Parameter(help=_("A rule that matters most in replies."), negative="")
        ] = (),
        response_days: Annotated[str, Parameter(help=_("First answer within how many working days."))] = "",
        responders: Annotated[str, Parameter(help=_("Who answers, in words."))] = "",
        languages: Annotated[str, Parameter(help=_("Languages, as codes: en,de."))] = "",
        host: Annotated[
            tuple[str, ...],
            Parameter(help=_("Handle of a host, better two; without: yourself."), negative=""),
        ] = (),
        visibility: Annotated[Visibility, Parameter(help=_("Who sees and joins it."))] = Visibility.OPEN,
        ends_on: Annotated[str, Parameter(help=_("Last day of a project, as YYYY-MM-DD."))] = "",
        review_on: Annotated[
            str,
            Parameter(help=_("When its hosts look at the charter again; without: in half a year.")),
        ] = "",
        linked: Annotated[
            str, Parameter(help=_("Short name of the community where announcements are discussed."))
        ] = "",
        public_record: Annotated[
            bool, Parameter(help=_("Whether everybody may read what was moderated, without names."))
        ] = True,
        where: Where = NOWHERE,
    ) -> int:
        from tui_forum.commands.opening import CharterOptions, open_community

        options = CharterOptions(
            name=name,
            purpose=purpose,
            statement=statement,
            audience=audience,
            rule=rule,
            thread_rule=thread_rule,
            reply_rule=reply_rule,
            response_days=response_days,
            responders=responders,
            languages=languages,
            host=host,
            visibility=visibility,
            ends_on=ends_on,
            review_on=review_on,
            linked=linked,
            public_record=public_record,
        )
        opened = await open_community(context, where, slug, options)
        say(context.console, _("The community {slug} is open.").format(slug=opened))
        return OK


def _add_moderation(app: App, context: Context) -> None:
    moderation = App(name="moderation", help=_("What was moderated, for other programs."))
    app.command(moderation)

    @moderation.command(name="record", help=_("Write the record of moderation to the output."))
    async def record(
        *,
        format_: Annotated[Format, Parameter(name="--format", help=_("How it is written."))] = Format.CSV,
        community: Annotated[str, Parameter(help=_("Only this community, by its short name."))] = "",
        actor: Annotated[str, Parameter(help=_("Only what this account did."))] = "",
        about: Annotated[str, Parameter(help=_("Only what concerns this account."))] = "",
        action: Annotated[RecordAction | None, Parameter(help=_("Only this action."))] = None,
        since: Annotated[str, Parameter(name="--from", help=_("First day, as year-month-day."))] = "",
        until: Annotated[str, Parameter(name="--to", help=_("Last day, as year-month-day."))] = "",
        where: Where = NOWHERE,
    ) -> int:
        from tui_forum.commands.record import export

        return await export(
            context, where, format_,
            community=community, actor=actor, about=about, action=action, since=since, until=until,
        )  # fmt: skip

    @moderation.command(name="figures", help=_("Write the figures of moderation to the output."))
    async def figures(
        *,
        format_: Annotated[Format, Parameter(name="--format", help=_("How it is written."))] = Format.CSV,
        weeks: Annotated[int, Parameter(help=_("Of how many weeks: 4 or 12."))] = 4,
        community: Annotated[str, Parameter(help=_("Only this community, by its short name."))] = "",
        where: Where = NOWHERE,
    ) -> int:
        from tui_forum.commands.figures import export

        return await export(context, where, format_, weeks=weeks, community=community)


def _add_admin(app: App, context: Context) -> None:
    admin = App(name="admin", help=_("Look after the forum."))
    app.command(admin)

    @admin.command(name="doctor", help=_("Examine the database and say what is wrong with it."))
    async def doctor(*, where: Where = NOWHERE) -> int:
        from tui_forum.commands.doctor import examine

        return await examine(context, where)

    @admin.command(name="verify-log", help=_("Prove that the record of moderation is whole."))
    async def verify_log(
        *,
        expect: Annotated[str, Parameter(help=_("A hash noted earlier: it must be in the record."))] = "",
        at: Annotated[int | None, Parameter(help=_("Number of the entry that must have it."))] = None,
        where: Where = NOWHERE,
    ) -> int:
        from tui_forum.commands.record import verify

        return await verify(context, where, expect=expect, at=at)

    @admin.command(name="invite", help=_("Make an invite code for a newcomer."))
    async def invite(
        *,
        uses: Annotated[int, Parameter(help=_("How many people may use it."))] = 1,
        where: Where = NOWHERE,
    ) -> int:
        async with context.open_forum(where) as forum:
            code = await forum.accounts.create_invite(await context.actor(forum), uses=uses)
        say(context.console, code)
        return OK

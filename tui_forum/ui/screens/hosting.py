"""The host's page: how the community fares, why, and the next few steps that help."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from tui_forum.domain.errors import ForumError
from tui_forum.domain.events import Event, EventKind
from tui_forum.domain.hosting import HostView, Step, StepKind
from tui_forum.domain.playbooks import guide_for
from tui_forum.domain.policy import ARCHIVED, MANAGERS
from tui_forum.domain.text import display_line
from tui_forum.i18n import N_, _, explain, format_age
from tui_forum.ui.actions.hosting import HostingActions
from tui_forum.ui.actions.recognition import greeting
from tui_forum.ui.hostwords import life_text
from tui_forum.ui.keys import Key
from tui_forum.ui.listscreen import ListScreen
from tui_forum.ui.navigation import ComposeTarget, Go, OpenCommunity, OpenThread, Place, StartWriting
from tui_forum.ui.screen import WIDE, dialog
from tui_forum.ui.skin import Skin
from tui_forum.ui.stepwords import step_words
from tui_forum.ui.suggestions import Suggestion, ask_back, first_thread, tell_others, this_week
from tui_forum.ui.widgets.rows import Cell, Heading, Lines, RowList, columns

_NUMBERS: Final = ("1", "2", "3", "4", "5", "6", "7")
#: Steps that are taken on another page of the community.
_ELSEWHERE: Final = {
    StepKind.ANSWER_REQUESTS: Place.COMMUNITY,
    StepKind.NAME_EXPERTS: Place.COMMUNITY,
    StepKind.REVIEW_CHARTER: Place.CHARTER,
    StepKind.END_PROJECT: Place.CHARTER,
}
HOST: Final = "host"
KEEPER: Final = "keeper"  # a moderator of the site; a host of what is archived
VISITOR: Final = "visitor"
_SHOWS: Final = frozenset(
    (
        EventKind.POST_CREATED, EventKind.THREAD_STARTED, EventKind.MEMBER_JOINED, EventKind.MEMBER_LEFT,
        EventKind.MEMBER_CHANGED, EventKind.NEWCOMER_WELCOMED, EventKind.COMMUNITY_ARCHIVED,
        EventKind.COMMUNITY_REOPENED, EventKind.COMMUNITY_MERGED, EventKind.HOST_ANSWERED,
        EventKind.CHARTER_CHANGED, EventKind.NOTICE_SENT, EventKind.POSTS_IMPORTED,
    )
)  # fmt: skip


class HostingScreen(HostingActions, ListScreen[None]):
    """Figures above, steps below; side by side when wide."""

    CSS_PATH = "hosting.tcss"
    KEYS: ClassVar = (
        Key(("enter", "l", "right"), "enter", N_("do it"), hint=True),
        Key(_NUMBERS, "number", N_("do the step of that number")),
        Key(("b",), "cohost", N_("ask for a co-host"), hint=True, levels=(HOST,)),
        Key(("v",), "hand_over", N_("hand over for a while"), hint=True, levels=(HOST,)),
        Key(("I",), "invite", N_("invite"), hint=True, levels=(HOST,)),
        Key(("t",), "threads", N_("threads"), hint=True),
        Key(("C",), "charter", N_("charter"), hint=True),
        Key(("R",), "acting_rules", N_("rules that act"), levels=(HOST, KEEPER)),
        Key(("F",), "find_host", N_("look for a new host"), levels=(HOST, KEEPER)),
        Key(("M",), "merge", N_("merge into another community"), levels=(HOST, KEEPER)),
        Key(("X",), "archive_or_reopen", N_("archive or open again"), levels=(HOST, KEEPER)),
        Key(("ctrl+r", "f5"), "reload", N_("reload")),
    )

    def __init__(self, community_id: int) -> None:
        super().__init__()
        self._community_id = community_id
        self._view: HostView | None = None
        self._guide = ""
        self._pressed = ""
        self.life = Static("", id="life", markup=False)
        self.rows = RowList[Step](self._draw, row_height=2)

    def body(self) -> Sequence[Widget]:
        """The figures and the steps."""
        return (Container(self.life, self.rows, id="desk"),)

    @property
    def level(self) -> str:
        """Who may only look, or adopt, has fewer keys."""
        if self._view is None or not self._view.may_host:
            return VISITOR
        return HOST if self._view.may_ask else KEEPER

    def heading(self) -> str:
        """Whose page it is."""
        name = display_line(self._view.community.name) if self._view is not None else ""
        return _("Host's page: {name}").format(name=name)

    def on_resize(self, event: events.Resize) -> None:
        """Side by side or one above the other."""
        self.set_class(event.size.width >= WIDE, "-wide")
        super().on_resize(event)

    def _draw(self, step: Step, width: int, skin: Skin) -> Lines:
        number = self.rows.items.index(step) if step in self.rows.items else 0
        what, why = step_words(step, self._guide)
        age = []
        if step.thread is not None:
            age = [Cell(f" {format_age(step.thread.created_at, datetime.now(UTC))} ", skin.dim)]
        first = columns(Cell(f" {number}  {what}", skin.strong), age, width)
        return first, [Cell("    "), *columns(Cell(why, skin.dim), [], width - 4)]

    # -- loading

    async def on_mount(self) -> None:
        """Load; who may not see it is sent back."""
        self.rows.focus()
        if await self._load():
            await super().on_mount()

    async def on_screen_resume(self) -> None:  # type: ignore[override]
        """Something may have been done meanwhile."""
        if self._view is not None:
            await self._load()
        self.refresh_bars()

    async def _load(self) -> bool:
        try:
            view = await self.forum.hosting.view(self.actor, self._community_id)
            guide = await self.forum.playbooks.guide(
                self.actor, guide_for(view.community.purpose, view.stage.stage)
            )
        except ForumError as error:
            self.dismiss()
            self.forum_app.call_later(self.forum_app.say, explain(error), error=True)
            return False
        current = self.rows.current
        self._view, self._community_id = view, view.community.community_id
        self._guide = guide.row.title
        self.life.update(life_text(view))
        title = _("What helps next") if view.steps else _("There is nothing for you to do here right now.")
        items: list[Step | Heading] = [Heading(title), *view.steps]
        self.rows.set_items(items, keep=lambda step: current is not None and step.kind is current.kind)
        self.refresh_bars()
        return True

    async def on_forum_event(self, event: Event) -> None:
        """Something has changed here, or the steps have."""
        here = event.community_id in (None, self._community_id)
        if here and event.kind in _SHOWS and self._view is not None and not await self._load():
            return
        self.refresh_bars()

    # -- steps

    async def on_key(self, event: events.Key) -> None:
        """Remember which of the numbers it is."""
        self._pressed = event.key
        await super().on_key(event)

    def action_number(self) -> None:
        """Do the step of the number that was pressed."""
        number = int(self._pressed)
        if 1 <= number < len(self.rows.items):
            self.rows.select(number)
            self.rows.choose()
        else:
            self.say(_("There is no step {number}.").format(number=number))

    def on_row_list_chosen(self, message: RowList.Chosen) -> None:
        """Do the step; its dialogs run beside the queue of keys."""
        message.stop()
        if isinstance(message.item, Step):
            self.run_worker(self._do_step(message.item), name="step")

    async def _do_step(self, step: Step) -> None:
        view = self._view
        if view is None:
            return
        community = view.community
        dialogs: dict[StepKind, Callable[[], Awaitable[bool]]] = {
            StepKind.SECOND_HOST: lambda: self.ask_cohost(community),
            StepKind.INVITE: lambda: self.invite(community),
            StepKind.WELCOME: lambda: self._welcome(step),
            StepKind.FIND_HOST: lambda: self.look_for_host(community),
            StepKind.ADOPT: lambda: self.adopt(community),
            StepKind.MERGE: lambda: self.merge(community),
            StepKind.ARCHIVE: lambda: self.archive(community),
            StepKind.REOPEN: lambda: self.reopen(community),
        }
        suggested: dict[StepKind, Callable[[], Suggestion]] = {
            StepKind.FIRST_THREADS: lambda: first_thread(community.purpose, view.facts.threads),
            StepKind.WRITE_THIS_WEEK: lambda: this_week(community.purpose),
            StepKind.ASK_BACK: lambda: ask_back(step.people),
        }
        if step.kind in dialogs:
            if await dialogs[step.kind]() and self.is_mounted:
                await self._load()
        elif step.kind in suggested:
            title, body = suggested[step.kind]()
            self.post_message(
                StartWriting(ComposeTarget(community.community_id, initial_title=title, initial_body=body))
            )
        elif step.thread is not None:
            self.post_message(OpenThread(step.thread.thread_id, step.thread.number))
        elif step.kind is StepKind.TELL_OTHERS:
            await self._tell_others(display_line(community.name))
        elif step.kind in _ELSEWHERE:
            self.post_message(Go(_ELSEWHERE[step.kind], (community.community_id,), on_top=True))
        elif step.kind is StepKind.READ_GUIDE:
            guide = guide_for(community.purpose, view.stage.stage)
            self.post_message(Go(Place.PLAYBOOK, (guide,), on_top=True))

    async def _tell_others(self, name: str) -> None:
        round_ = await self.ask(self.forum.hosts_round.view(self.actor))
        if round_ is None or round_.community_id is None or not round_.hosts:
            return
        title, body = tell_others(name)
        self.post_message(
            StartWriting(ComposeTarget(round_.community_id, initial_title=title, initial_body=body))
        )

    async def _welcome(self, step: Step) -> bool:
        """Greet the first one: in reply to their first post, or else by a notice."""
        community = self._view.community if self._view is not None else None
        if community is None or not step.people:
            return False
        newcomer = await self.ask(
            self.forum.recognition.newcomer(self.actor, self._community_id, step.people[0].handle)
        )
        if newcomer is None:
            return True  # somebody else was quicker
        if newcomer.thread_id is not None:
            self.post_message(OpenThread(newcomer.thread_id, newcomer.post_number))
            self.forum_app.call_later(
                self.forum_app.say, _("Their first post: w begins a welcome, r a reply of your own.")
            )
            return False
        question = _("A greeting for @{handle}, who has not written yet; it comes as a notice:")
        greeted = await self.forum_app.ask_until_taken(
            question.format(handle=newcomer.handle),
            lambda text: self.forum.recognition.welcome(
                self.actor, self._community_id, newcomer.handle, text
            ),
            greeting(newcomer, community.name),
        )
        if greeted:
            self.say(_("@{handle} is welcomed.").format(handle=newcomer.handle))
        return greeted

    # -- keys

    async def _run(self, done: Awaitable[bool]) -> None:
        if await done and self.is_mounted:
            await self._load()

    @dialog
    async def action_cohost(self) -> None:
        """Ask for a co-host."""
        if self._view is not None:
            await self._run(self.ask_cohost(self._view.community))

    @dialog
    async def action_hand_over(self) -> None:
        """Let somebody stand in."""
        if self._view is not None:
            await self._run(self.hand_over(self._view.community))

    @dialog
    async def action_invite(self) -> None:
        """Ask somebody in."""
        if self._view is not None:
            await self._run(self.invite(self._view.community))

    @dialog
    async def action_find_host(self) -> None:
        """Ask all hosts to adopt it."""
        if self._view is not None and self._may_close(self._view):
            await self._run(self.look_for_host(self._view.community))

    @dialog
    async def action_merge(self) -> None:
        """Let it go into another community."""
        if self._view is not None and self._may_close(self._view):
            await self._run(self.merge(self._view.community))

    @dialog
    async def action_archive_or_reopen(self) -> None:
        """Close it for writing, or open it again."""
        view = self._view
        if view is not None and (view.may_reopen or self._may_close(view)):
            close = self.reopen if view.community.archived else self.archive
            await self._run(close(view.community))

    def _may_close(self, view: HostView) -> bool:
        """Say so before anything is typed that would be refused."""
        if not view.may_close:
            self.say(_(ARCHIVED) if view.community.archived else _(MANAGERS), error=True)
        return view.may_close

    def action_threads(self) -> None:
        """To what is written in it."""
        self.post_message(OpenCommunity(self._community_id))

    def action_acting_rules(self) -> None:
        """The rules that hold, flag or refuse what is written here."""
        self.post_message(Go(Place.RULES, (self._community_id,), on_top=True))

    def action_charter(self) -> None:
        """What it is for, and the rules."""
        self.post_message(Go(Place.CHARTER, (self._community_id,), on_top=True))

    async def action_reload(self) -> None:
        """Load it again."""
        await self._load()

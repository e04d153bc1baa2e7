"""``Forum``: the facade that the outside receives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui_forum.domain.entities import OpeningMode
from tui_forum.services.accounts import Accounts
from tui_forum.services.announcements import Announcements
from tui_forum.services.appeals import Appeals
from tui_forum.services.caseroom import Caseroom
from tui_forum.services.cases import Cases
from tui_forum.services.casework import Casework
from tui_forum.services.charters import Charters
from tui_forum.services.clockwork import Clockwork, Job
from tui_forum.services.communities import Communities
from tui_forum.services.curation import Curation
from tui_forum.services.decisions import Decisions
from tui_forum.services.directory import Directory
from tui_forum.services.drafts import Drafts
from tui_forum.services.events import EventHub
from tui_forum.services.figures import Figures
from tui_forum.services.hosting import Hosting
from tui_forum.services.hostrequests import HostRequests
from tui_forum.services.hostsround import HostsRound
from tui_forum.services.imports import Imports
from tui_forum.services.listening import Listening
from tui_forum.services.memberships import Memberships
from tui_forum.services.merging import Merging
from tui_forum.services.notes import Notes
from tui_forum.services.notices import Notices
from tui_forum.services.playbooks import Playbooks
from tui_forum.services.polls import Polls
from tui_forum.services.posts import Posts
from tui_forum.services.presence import PresenceRegister
from tui_forum.services.profiles import Profiles
from tui_forum.services.projects import Projects
from tui_forum.services.reasons import Reasons
from tui_forum.services.recognition import Recognition
from tui_forum.services.record import Record
from tui_forum.services.reminders import Reminders
from tui_forum.services.reports import Reports
from tui_forum.services.restrictions import Restrictions
from tui_forum.services.rules import Rules
from tui_forum.services.sanctions import Sanctions
from tui_forum.services.screening import Screening
from tui_forum.services.templates import Templates
from tui_forum.services.threads import Threads
from tui_forum.storage.engine import Database


class Forum:
    """All use cases over one database. Made by ``tui_forum.bootstrap.open_forum``."""

    def __init__(
        self,
        database: Database,
        hub: EventHub,
        stop_tail: Callable[[], Awaitable[None]],
        *,
        opening: OpeningMode = OpeningMode.EVERYONE,
    ) -> None:
        self.database = database
        self.events = hub
        self.accounts = Accounts(database)
        self.communities = Communities(database, hub)
        self.memberships = Memberships(database)
        self.directory = Directory(database)
        self.charters = Charters(database, opening)
        self.announcements = Announcements(database)
        self.threads = Threads(database)
        self.screening = Screening(database)
        self.posts = Posts(database, hub, self.screening)
        self.rules = Rules(database, self.screening)
        self.polls = Polls(database)
        self.hosting = Hosting(database)
        self.projects = Projects(database, self.charters, self.hosting)
        self.merging = Merging(database)
        self.host_requests = HostRequests(database, self.posts)
        self.hosts_round = HostsRound(database)
        self.playbooks = Playbooks(database)
        self.curation = Curation(database)
        self.templates = Templates(database)
        self.drafts = Drafts(database)
        self.reports = Reports(database)
        self.cases = Cases(database)
        self.casework = Casework(database)
        self.caseroom = Caseroom(database)
        self.decisions = Decisions(database, self.screening)
        self.appeals = Appeals(database)
        self.sanctions = Sanctions(database)
        self.restrictions = Restrictions(database)
        self.reasons = Reasons(database)
        self.record = Record(database)
        self.notes = Notes(database)
        self.figures = Figures(database)
        self.notices = Notices(database, hub)
        self.profiles = Profiles(database)
        self.recognition = Recognition(database)
        self.listening = Listening(database, hub)
        self.presence = PresenceRegister(hub, database)
        self.imports = Imports(database)
        #: Started by what stays open (the server, the local interface), not by a single command.
        self.clockwork = Clockwork(hub)
        self._add_jobs()
        self._stop_tail = stop_tail

    def _add_jobs(self) -> None:
        """What becomes due by itself."""
        self.clockwork.add(Job("handovers", self.host_requests.next_end, self.host_requests.end_handovers))
        self.clockwork.add(Job("dormant", self.hosting.next_dormant, self.hosting.tell_dormant))
        self.clockwork.add(Job("forsaken", self.hosting.next_forsaken, self.hosting.tell_forsaken))
        self.clockwork.add(Job("claims", self.casework.next_lapse, self.casework.lapse))
        self.clockwork.add(Job("sanctions", self.sanctions.next_end, self.sanctions.lapse))
        self.clockwork.add(Job("restrictions", self.restrictions.next_end, self.restrictions.lapse))
        reminders = Reminders(self.database)
        self.clockwork.add(Job("questions", reminders.next_question, reminders.hand_on))
        self.clockwork.add(Job("reviews", reminders.next_review, reminders.remind_of_reviews))
        self.clockwork.add(Job("ends", reminders.next_end, reminders.ask_about_ends))
        self.clockwork.add(Job("polls", self.polls.next_close, self.polls.close_due))

    async def close(self) -> None:
        """Finish writes, stop listening, close every connection."""
        await self.clockwork.stop()
        self.screening.close()
        await self.database.drain()
        await self._stop_tail()
        await self.database.close()

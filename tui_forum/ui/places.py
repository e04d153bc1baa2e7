"""Which screen each place is. Screens are imported when one goes there: start-up pays for one only."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tui_forum.ui.navigation import Place

if TYPE_CHECKING:
    from textual.screen import Screen

_SCREENS: Final = {
    Place.INBOX: "inbox:InboxScreen",
    Place.DRAFTS: "drafts:DraftsScreen",
    Place.MODERATION: "moderation:ModerationScreen",
    Place.RECORD: "record:RecordScreen",
    Place.FIGURES: "figures:FiguresScreen",
    Place.NOTES: "notes:NotesScreen",
    Place.MODERATED: "moderated:ModeratedScreen",
    Place.TEXTS: "texts:TextsScreen",
    Place.RULES: "rules:RulesScreen",
    Place.RULE: "rule:RuleScreen",
    Place.RULE_TRIAL: "ruletrial:RuleTrialScreen",
    Place.TALK: "talk:TalkScreen",
    Place.DECISION: "decision:DecisionScreen",
    Place.SETTINGS: "settings:SettingsScreen",
    Place.SEARCH: "search:SearchScreen",
    Place.HELP: "help:HelpScreen",
    Place.REVISIONS: "revisions:RevisionsScreen",
    Place.DIRECTORY: "directory:DirectoryScreen",
    Place.COMMUNITY: "community:CommunityScreen",
    Place.PROFILE: "profile:ProfileScreen",
    Place.PROFILE_EDIT: "profile_edit:ProfileEditScreen",
    Place.WHO_KNOWS: "who_knows:WhoKnowsScreen",
    Place.HOSTING: "hosting:HostingScreen",
    Place.ROUND: "round:RoundScreen",
    Place.PLAYBOOK: "playbook:PlaybookScreen",
    Place.EDIT_PLAYBOOK: "playbookedit:EditPlaybookScreen",
    Place.CHARTER: "charter:CharterScreen",
    Place.CHARTER_FORM: "charter_form:CharterFormScreen",
    Place.UNANSWERED: "unanswered:UnansweredScreen",
    Place.HOST_REQUEST: "hostrequest:HostRequestScreen",
    Place.NOT_YET: "notyet:NotYetScreen",
    Place.TEMPLATES: "templates:TemplatesScreen",
    Place.TEMPLATE: "template:TemplateScreen",
}


def make_screen(place: Place, *arguments: object) -> Screen[Any]:
    """The screen of ``place``, new."""
    module, _, name = _SCREENS[place].partition(":")
    made: Screen[Any] = getattr(import_module(f"tui_forum.ui.screens.{module}"), name)(*arguments)
    return made

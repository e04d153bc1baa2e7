"""The fields of a charter's form: what they ask for, and what a charter is to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from tui_forum.domain.charter import (
    PURPOSES,
    Charter,
    check_charter,
    default_charter,
    read_date,
    read_days,
    read_languages,
    read_purpose,
)
from tui_forum.domain.entities import Purpose, Visibility
from tui_forum.domain.limits import (
    AUDIENCE_MAX_CHARS,
    COMMUNITY_NAME_MAX_CHARS,
    REASON_MAX_CHARS,
    RESPONDERS_MAX_CHARS,
    SLUG_MAX_CHARS,
    STATEMENT_MAX_CHARS,
)
from tui_forum.i18n import _, language
from tui_forum.ui.charterwords import purpose_name
from tui_forum.ui.formscreen import Field
from tui_forum.ui.memberwords import VISIBILITIES
from tui_forum.ui.widgets.form import Choice, line_field
from tui_forum.ui.widgets.rulelines import RuleLines, read_rules

#: A little more than may be: a paste that is too long is told, not cut in silence.
_ROOM: Final = 20
_DATE_CHARS: Final = 10
_HOSTS_CHARS: Final = 400
_YES: Final = "yes"
_NO: Final = "no"


def _line(
    name: str, label: str, longest: int, *, value: str = "", section: str = "", note: str | None = None
) -> Field:
    widget = line_field(id=name, value=value, max_length=longest + _ROOM)
    return Field(name, label, widget, section=section, note=note)


def charter_fields(today: date, *, opens: bool, handle: str) -> list[Field]:
    """From top to bottom; with ``opens`` also what only a new community is asked, hosted by ``handle``."""
    usual = default_charter(Purpose.PRACTICE, "", today, languages=(language(),))
    fields = [*_names()] if opens else []
    fields += [*_what_for(usual, "" if opens else _("What it is for")), *_promises(usual)]
    section = _("Who looks after it")
    if opens:
        fields += _hosts(handle, section)
    return [*fields, *_care(usual, "" if opens else section)]


def _names() -> list[Field]:
    return [
        _line("name", _("Name, as people read it"), COMMUNITY_NAME_MAX_CHARS, section=_("What it is for")),
        _line("slug", _("Short name: a–z, 0–9 and hyphen"), SLUG_MAX_CHARS),
    ]


def _what_for(usual: Charter, section: str) -> list[Field]:
    kinds = [(purpose.value, purpose_name(purpose)) for purpose in Purpose]
    linked = _("Short name of the community where announcements are discussed, if any")
    return [
        Field(
            "purpose",
            _("Kind (Space or the arrows change it)"),
            Choice(kinds, usual.purpose.value, id="purpose"),
            section=section,
            note=_(PURPOSES[usual.purpose].explains),
        ),
        _line("statement", _("Its purpose in one sentence"), STATEMENT_MAX_CHARS),
        _line("audience", _("For whom it is"), AUDIENCE_MAX_CHARS),
        _line("linked", linked, SLUG_MAX_CHARS),
    ]


def _promises(usual: Charter) -> list[Field]:
    hint = _("Enter adds one. F3 says when a rule matters most: always, in new threads, in replies.")
    section = _("What its readers may expect")
    return [
        Field("rules", _("Rules: short, one in a line"), RuleLines(), section=section, note=hint),
        _line("response_days", _("First answer within how many working days"), 3),
        _line("responders", _("Who answers"), RESPONDERS_MAX_CHARS),
        _line("languages", _("Languages, as codes: en, de"), 40, value=", ".join(usual.languages)),
    ]


def _hosts(handle: str, section: str) -> list[Field]:
    doors = [(door, _(name).partition(":")[0]) for door, name in VISIBILITIES.items()]
    hosts = _("Hosts: their handles, with spaces between them")
    return [
        _line("hosts", hosts, _HOSTS_CHARS, value=f"@{handle}", section=section, note=""),
        Field(
            "visibility",
            _("Who sees and joins it"),
            Choice(doors, Visibility.OPEN.value, id="visibility"),
            note=_(VISIBILITIES[Visibility.OPEN.value]),
        ),
    ]


def _care(usual: Charter, section: str) -> list[Field]:
    records = [(_YES, _("public, without names")), (_NO, _("not public"))]
    review = _("When the hosts look at the charter again, as YYYY-MM-DD")
    return [
        _line("ends_on", _("Last day, as YYYY-MM-DD"), _DATE_CHARS, section=section),
        _line("review_on", review, _DATE_CHARS, value=str(usual.review_on)),
        Field(
            "public_record",
            _("Record of what is moderated here"),
            Choice(records, _YES, id="public_record"),
        ),
        _line("reason", _("Why the charter changes: the members are told"), REASON_MAX_CHARS),
    ]


def values_of(charter: Charter) -> dict[str, str]:
    """What stands in the fields for a charter."""
    return {
        "purpose": charter.purpose.value,
        "statement": charter.statement,
        "audience": charter.audience,
        "linked": charter.linked,
        "rules": "\n".join(f"{rule.scope.value} {rule.text}" for rule in charter.rules),
        "response_days": "" if charter.response_days is None else str(charter.response_days),
        "responders": charter.responders,
        "languages": ", ".join(charter.languages),
        "review_on": "" if charter.review_on is None else str(charter.review_on),
        "ends_on": "" if charter.ends_on is None else str(charter.ends_on),
        "public_record": _YES if charter.public_record else _NO,
    }


def read_charter(values: Mapping[str, str], today: date) -> Charter:
    """The charter that the fields tell.

    Raises:
        InvalidInputError: a line cannot be read (``field`` names it).
    """
    return Charter(
        purpose=read_purpose(values["purpose"]),
        statement=values["statement"],
        audience=values["audience"],
        rules=read_rules(values["rules"]),
        response_days=read_days(values["response_days"]),
        responders=values["responders"],
        languages=read_languages(values["languages"]),
        review_on=read_date(values["review_on"], "review_on", today),
        ends_on=read_date(values["ends_on"], "ends_on", today),
        linked=values["linked"],
        public_record=values["public_record"] == _YES,
    )


def check_field(name: str, values: Mapping[str, str], today: date) -> None:
    """Whether a charter can use what stands in one of the fields, whatever stands in the others.

    Raises:
        InvalidInputError: it cannot (``field`` is ``name``).
    """
    usual = values_of(default_charter(read_purpose(values["purpose"]), name, today))
    if name in usual:
        check_charter(read_charter({**usual, name: values[name]}, today), today)


def handles(text: str) -> list[str]:
    """The handles in a line, without their signs."""
    return [handle.removeprefix("@") for handle in text.replace(",", " ").split() if handle.strip("@")]

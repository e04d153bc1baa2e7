"""What hosts ask one another, in words."""

from __future__ import annotations

from tui_forum.domain.hosting import HostRequestView, RequestKind, RequestState
from tui_forum.domain.text import display_line
from tui_forum.i18n import _, format_date


def asks(request: HostRequestView) -> str:
    """What is asked, or going on, in a line."""
    if request.state is RequestState.ACCEPTED:
        sentence = _("{community}: @{asked} stands in for @{asker} until {date}")
    else:
        sentence = {
            RequestKind.COHOST: _("{community}: @{asker} looks for a co-host"),
            RequestKind.HANDOVER: _("{community}: stand in for @{asker} until {date}?"),
            RequestKind.ADOPTION: _("{community} looks for a new host (asked by @{asker})"),
        }[request.kind]
        if request.asked is not None and request.kind is RequestKind.COHOST:
            sentence = _("{community}: @{asker} asks @{asked} to host it too")
    return sentence.format(
        community=display_line(request.community_name),
        asker=request.asker.handle,
        asked=request.asked.handle if request.asked is not None else "",
        date=format_date(request.ends_on) if request.ends_on is not None else "",
    )


def answers(request: HostRequestView) -> str:
    """Which keys it takes."""
    keys = []
    if request.may_accept:
        keys.append(_("a accepts"))
    if request.may_decline:
        keys.append(_("d declines"))
    elif request.may_withdraw:
        keys.append(_("d takes it back"))
    elif request.may_end:
        keys.append(_("d ends it"))
    return ", ".join(keys)

"""The forum's limits as named constants, each with its unit."""

from __future__ import annotations

from typing import Final

TITLE_MAX_CHARS: Final = 200
BODY_MAX_CHARS: Final = 32_000
REASON_MAX_CHARS: Final = 1_000
DISPLAY_NAME_MAX_CHARS: Final = 64
KEY_NAME_MAX_CHARS: Final = 64
STATEMENT_MAX_CHARS: Final = 300
AUDIENCE_MAX_CHARS: Final = 300
RESPONDERS_MAX_CHARS: Final = 120
RULE_MAX_CHARS: Final = 200
RULES_MAX: Final = 12
LANGUAGES_MAX: Final = 5
#: The longest time until a first answer that a charter may promise, working days.
RESPONSE_MAX_DAYS: Final = 30
HOSTS_MAX: Final = 10  # named when a community is opened
HANDLE_MIN_CHARS: Final = 2
HANDLE_MAX_CHARS: Final = 32
SLUG_MAX_CHARS: Final = 40
COMMUNITY_NAME_MAX_CHARS: Final = 80
TEMPLATES_MAX: Final = 9  # one digit each
TEMPLATE_NAME_MAX_CHARS: Final = 80
OPTIONS_MIN: Final = 2
OPTIONS_MAX: Final = 12
OPTION_MAX_CHARS: Final = 200
POLL_MAX_DAYS: Final = 366
#: Drafts may be longer than a post: what was typed is kept even when it cannot be sent.
DRAFT_MAX_CHARS: Final = 256_000

#: Posts that were held before anybody could see them have numbers from here on, which are given out
#: anew when they are published: whoever may not see them leaves out what is not below.
HELD_FROM: Final = 2_000_000_000

PAGE_SIZE: Final = 50
#: Communities that home begins with: what a window of 50 lines shows.
HOME_SIZE: Final = 25
EXCERPT_CELLS: Final = 100  # of a text that stands in a line beside something else
UNREAD_CAP: Final = 100  # counted exactly up to 99, shown as "99+" from here
#: Replies nest in the tree order up to here; deeper ones follow by number.
TREE_MAX_DEPTH: Final = 64
INVITE_DAYS: Final = 14

"""Our widgets do not overwrite Textual's private machinery by accident."""

from __future__ import annotations

import importlib
import pkgutil

from textual.message_pump import MessagePump

import tui_forum.ui

#: Overridden on purpose; nothing else of Textual's private names is.
MEANT = {"_on_paste", "_compositor_refresh", "_on_timer_update"}


def test_private_names_of_textual_are_not_shadowed() -> None:
    """``_context`` or ``_compose`` in a subclass would replace Textual's own, silently."""
    for module in pkgutil.walk_packages(tui_forum.ui.__path__, "tui_forum.ui."):
        importlib.import_module(module.name)
    found: list[str] = []
    classes = [MessagePump]
    while classes:
        cls = classes.pop()
        classes.extend(cls.__subclasses__())
        if not cls.__module__.startswith(("tui_forum", "server")):
            continue
        inherited = {
            name for base in cls.__mro__[1:] if base.__module__.startswith("textual") for name in vars(base)
        }
        found.extend(
            f"{cls.__name__}.{name}"
            for name in vars(cls)
            if name in inherited and name.startswith("_") and not name.startswith("__") and name not in MEANT
        )
    private = [
        name
        for name in found
        if not name.split(".")[1].startswith(
            ("_css_", "_decorated", "_inherit", "_merged", "_reactives", "_watchers", "_computes", "_default")
        )
    ]
    assert private == []

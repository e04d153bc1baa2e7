"""The command tree: what ``tui-forum …`` offers here and ``ssh forum …`` will offer there.

:func:`tui_forum.commands.tree.build` makes the tree anew for each call, around a
:class:`~tui_forum.commands.context.Context` that says where to print, how to open the forum
and who is asking. Exit codes: 0 done; 1 the forum could not do it (database busy, full or
damaged, port taken, schema too new); 2 what was asked for cannot be (wrong words, files or
names); 130 interrupted.
"""

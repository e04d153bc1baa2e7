"""Alembic's environment: the caller hands the connection over (``config.attributes``)."""

from __future__ import annotations

from alembic import context

from tui_forum.storage.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

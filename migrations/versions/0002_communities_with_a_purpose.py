"""Communities with a purpose: charters, hosts, recognition, polls, and what is counted of their life.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from tui_forum.storage.models import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: A charter made by this migration is reviewed after so many days.
REVIEW_DAYS = 180


def upgrade() -> None:
    """New tables, new columns, then what can be known of what is there already."""
    _create_tables()
    _add_columns()
    _write_charters()
    _count_life()
    _gather_hosts()
    _note_words()


def _create_tables() -> None:
    op.create_table(
        "charter",
        sa.Column("community_id", ID, nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("statement", sa.String(length=300), nullable=False),
        sa.Column("audience", sa.String(length=300), server_default="", nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("response_days", ID, nullable=True),
        sa.Column("responders", sa.String(length=120), server_default="", nullable=False),
        sa.Column("languages", sa.String(length=40), server_default="en", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("linked_community_id", ID, nullable=True),
        sa.Column("public_record", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_charter_author_id_account")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_charter_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["linked_community_id"],
            ["community.id"],
            name=op.f("fk_charter_linked_community_id_community"),
        ),
        sa.PrimaryKeyConstraint("community_id", "version", name=op.f("pk_charter")),
    )
    op.create_table(
        "community_invitation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("inviter_id", ID, nullable=False),
        sa.Column("message", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_community_invitation_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_invitation_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["account.id"], name=op.f("fk_community_invitation_inviter_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_invitation")),
    )
    op.create_index(op.f("ix_community_invitation_community_id"), "community_invitation", ["community_id"])
    op.create_index(
        "uq_community_invitation_open",
        "community_invitation",
        ["account_id", "community_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "community_week",
        sa.Column("community_id", ID, nullable=False),
        sa.Column("week", ID, nullable=False),
        sa.Column("posts", ID, server_default="0", nullable=False),
        sa.Column("threads", ID, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_week_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "week", name=op.f("pk_community_week")),
    )
    op.create_table(
        "community_word",
        sa.Column("word", sa.String(length=60), nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_community_word_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "community_id", name=op.f("pk_community_word")),
    )
    op.create_index(op.f("ix_community_word_community_id"), "community_word", ["community_id"])
    op.create_table(
        "contributor",
        sa.Column("community_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("posts", ID, server_default="0", nullable=False),
        sa.Column("first_post_at", UtcDateTime(), nullable=False),
        sa.Column("last_post_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_contributor_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_contributor_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community_id", "account_id", name=op.f("pk_contributor")),
    )
    op.create_index(op.f("ix_contributor_account_id"), "contributor", ["account_id"])
    op.create_index("ix_contributor_first", "contributor", ["community_id", "first_post_at"])
    op.create_index("ix_contributor_last", "contributor", ["community_id", "last_post_at"])

    op.create_table(
        "host_request",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asker_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("notes", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("previous_role", sa.String(length=16), server_default="", nullable=False),
        sa.Column("thread_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_host_request_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_host_request_answered_by_account")
        ),
        sa.ForeignKeyConstraint(["asker_id"], ["account.id"], name=op.f("fk_host_request_asker_id_account")),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_host_request_thread_id_thread"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_host_request_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_request")),
    )
    op.create_index(op.f("ix_host_request_account_id"), "host_request", ["account_id"])
    op.create_index(op.f("ix_host_request_community_id"), "host_request", ["community_id"])
    op.create_index("ix_host_request_state", "host_request", ["state", "ends_on"])

    op.create_table(
        "interest",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("position", ID, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_interest_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "topic", name=op.f("pk_interest")),
    )
    op.create_index("ix_interest_topic", "interest", ["topic", "kind"])

    op.create_table(
        "join_request",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("message", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.String(length=1000), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_join_request_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_join_request_answered_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_join_request_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    op.create_index("ix_join_request_queue", "join_request", ["community_id", "state", "id"])
    op.create_index(
        "uq_join_request_open",
        "join_request",
        ["account_id", "community_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "playbook",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=16), server_default="", nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", ID, server_default="1", nullable=False),
        sa.Column("author_id", ID, nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_playbook_author_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook")),
        sa.UniqueConstraint("slug", "language", name=op.f("uq_playbook_slug_language")),
    )
    op.create_table(
        "profile",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("job", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=80), server_default="", nullable=False),
        sa.Column("place", sa.String(length=80), server_default="", nullable=False),
        sa.Column("languages", sa.String(length=80), server_default="", nullable=False),
        sa.Column("hidden", sa.String(length=200), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_profile_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_profile")),
    )
    op.create_table(
        "thread_template",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="discussion", nullable=False),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("position", ID, server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_thread_template_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_template")),
    )
    op.create_index(op.f("ix_thread_template_community_id"), "thread_template", ["community_id"])

    op.create_table(
        "acknowledgement",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_acknowledgement_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_acknowledgement_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", "account_id", name=op.f("pk_acknowledgement")),
    )
    op.create_table(
        "poll",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("multiple", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_poll_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_poll")),
    )
    op.create_index("ix_poll_due", "poll", ["closed_at", "closes_at"])
    op.create_table(
        "poll_option",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["poll.thread_id"], name=op.f("fk_poll_option_thread_id_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", "position", name=op.f("pk_poll_option")),
    )
    op.create_table(
        "poll_vote",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_poll_vote_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["poll.thread_id"], name=op.f("fk_poll_vote_thread_id_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", "account_id", "position", name=op.f("pk_poll_vote")),
    )
    op.create_table(
        "post_alias",
        sa.Column("thread_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_alias_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_post_alias_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("thread_id", "number", name=op.f("pk_post_alias")),
    )
    op.create_index(op.f("ix_post_alias_post_id"), "post_alias", ["post_id"])

    op.create_table(
        "praise",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("giver_id", ID, nullable=False),
        sa.Column("receiver_id", ID, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["giver_id"], ["account.id"], name=op.f("fk_praise_giver_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_praise_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["account.id"], name=op.f("fk_praise_receiver_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praise")),
        sa.UniqueConstraint("post_id", "giver_id", name=op.f("uq_praise_post_id_giver_id")),
    )
    op.create_index(op.f("ix_praise_giver_id"), "praise", ["giver_id"])
    op.create_index("ix_praise_receiver", "praise", ["receiver_id", "id"])

    op.create_table(
        "reaction",
        sa.Column("post_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reaction_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_reaction_author_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_reaction_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "account_id", "kind", name=op.f("pk_reaction")),
    )
    op.create_index(op.f("ix_reaction_account_id"), "reaction", ["account_id"])
    op.create_index(op.f("ix_reaction_author_id"), "reaction", ["author_id"])

    op.create_table(
        "recognition",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recognition_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_recognition_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_recognition_post_id_post"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint(
            "account_id", "kind", "community_id", "subject_id", name=op.f("pk_recognition")
        ),
    )
    op.create_index(op.f("ix_recognition_community_id"), "recognition", ["community_id"])

    op.create_table(
        "signpost",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("place_at", UtcDateTime(), nullable=True),
        sa.Column("thread_id", ID, nullable=True),
        sa.Column("number", ID, nullable=True),
        sa.Column("target_id", ID, nullable=False),
        sa.Column("target_number", ID, nullable=True),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("posts", ID, server_default="0", nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_signpost_actor_id_account")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_signpost_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["thread.id"], name=op.f("fk_signpost_target_id_thread"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_signpost_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signpost")),
    )
    op.create_index("ix_signpost_list", "signpost", ["community_id", "place_at", "id"])
    op.create_index(op.f("ix_signpost_target_id"), "signpost", ["target_id"])
    op.create_index("ix_signpost_thread", "signpost", ["thread_id", "number"])


def _add_columns() -> None:
    """Columns are added one by one: SQLite's copy-and-drop would delete what refers to a table."""
    for column in (
        sa.Column("charter_version", ID, server_default="0", nullable=False),
        sa.Column("audience", sa.String(length=300), server_default="", nullable=False),
        sa.Column("languages", sa.String(length=40), server_default="en", nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("rule_count", ID, server_default="0", nullable=False),
        sa.Column("review_told", sa.Date(), nullable=True),
        sa.Column("end_told", sa.Date(), nullable=True),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("dormant_told_at", UtcDateTime(), nullable=True),
        sa.Column("forsaken_told_at", UtcDateTime(), nullable=True),
        sa.Column("builtin", sa.String(length=16), nullable=True),
    ):
        op.add_column("community", column)
    _add_reference("community", "linked_community_id", "community")
    _add_reference("community", "merged_into_id", "community")
    op.create_index("uq_community_builtin", "community", ["builtin"], unique=True)
    op.create_index("ix_community_activity", "community", ["last_post_at", "id"])
    op.create_index("ix_community_size", "community", ["member_count", "id"])
    op.create_index("ix_community_name", "community", [sa.text("lower(name)"), "id"])
    op.add_column("membership", sa.Column("accepted_charter", ID, server_default="0", nullable=False))
    op.add_column("membership", sa.Column("welcomed_at", UtcDateTime(), nullable=True))
    _add_reference("membership", "invited_by", "account")
    _add_reference("membership", "welcomed_by", "account")
    op.create_index("ix_membership_joined", "membership", ["community_id", "joined_at"])
    op.create_index("ix_membership_role", "membership", ["community_id", "role"])
    for column in (
        sa.Column("retired_number", ID, server_default="0", nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("escalate_at", UtcDateTime(), nullable=True),
        sa.Column("escalated_to", sa.String(length=16), server_default="", nullable=False),
        sa.Column("wants_acknowledgement", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("thread", column)
    op.add_column("draft", sa.Column("extra", sa.JSON(), server_default="{}", nullable=False))
    _add_reference("thread", "merged_into_id", "thread")
    _add_reference("thread", "about_id", "thread")
    _add_reference("notice", "community_id", "community")
    op.create_index(op.f("ix_thread_merged_into_id"), "thread", ["merged_into_id"])
    op.create_index("ix_thread_escalate", "thread", ["escalate_at"])
    op.create_index("ix_thread_created", "thread", ["community_id", "created_at"])
    op.create_index("ix_thread_about", "thread", ["about_id"])
    op.create_index(
        "ix_thread_unanswered",
        "thread",
        ["community_id", "last_post_at"],
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def _add_reference(table: str, column: str, target: str) -> None:
    reference = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{column}_{target}"))
    op.add_column(table, sa.Column(column, ID, reference, nullable=True), inline_references=True)


def _write_charters() -> None:
    """Every community gets the charter that its row already tells."""
    now = datetime.now(UTC)
    review = (now + timedelta(days=REVIEW_DAYS)).date()
    op.get_bind().execute(
        sa.text(
            "INSERT INTO charter (community_id, version, purpose, statement, rules, review_on, created_at) "
            "SELECT id, 1, purpose, statement, '[]', :review, :now FROM community"
        ).bindparams(sa.bindparam("now", now, UtcDateTime()), sa.bindparam("review", review, sa.Date()))
    )
    op.get_bind().execute(
        sa.text("UPDATE community SET charter_version = 1, review_on = :review").bindparams(
            sa.bindparam("review", review, sa.Date())
        )
    )


def _count_life() -> None:
    """Posts per week, who wrote, and when a thread was answered first, from the posts that are there."""
    week = (
        "CAST((julianday(post.created_at) - 2440591.5) / 7 AS INTEGER)"
        if op.get_bind().dialect.name == "sqlite"
        else "CAST(floor(extract(epoch FROM post.created_at - TIMESTAMPTZ '1970-01-05 00:00Z') / 604800) "
        "AS BIGINT)"
    )
    op.execute(
        "INSERT INTO community_week (community_id, week, posts, threads) "
        f"SELECT thread.community_id, {week}, count(*), sum(CASE WHEN post.number = 1 THEN 1 ELSE 0 END) "
        f"FROM post JOIN thread ON thread.id = post.thread_id GROUP BY thread.community_id, {week}"
    )
    op.execute(
        "INSERT INTO contributor (community_id, account_id, posts, first_post_at, last_post_at) "
        "SELECT thread.community_id, post.author_id, count(*), min(post.created_at), max(post.created_at) "
        "FROM post JOIN thread ON thread.id = post.thread_id GROUP BY thread.community_id, post.author_id"
    )
    op.execute(
        "UPDATE thread SET answered_at = (SELECT min(post.created_at) FROM post "
        "WHERE post.thread_id = thread.id AND post.author_id <> thread.author_id)"
    )


def _gather_hosts() -> None:
    """Whoever manages a community already belongs to the hosts' round."""
    connection = op.get_bind()
    hosts = "SELECT DISTINCT account_id FROM membership WHERE role = 'manager'"
    count = connection.execute(sa.text(f"SELECT count(*) FROM ({hosts}) AS host")).scalar_one()
    if not count:
        return
    taken = connection.execute(sa.text("SELECT count(*) FROM community WHERE slug = 'hosts'")).scalar_one()
    values = {
        "slug": "hosts-2" if taken else "hosts",
        "name": "Hosts' round / Leitungsrunde",
        "statement": "Those who host communities help one another: guides, co-hosts, holidays, experience. / "
        "Wer eine Community leitet, findet hier Hilfe: Leitfäden, Mitleitung, Vertretung, Erfahrung.",
        "audience": "Everybody who hosts a community / Alle, die eine Community leiten",
        "languages": "en,de",
        "count": count,
    }
    now = sa.bindparam("now", datetime.now(UTC), UtcDateTime())
    connection.execute(
        sa.text(
            "INSERT INTO community (slug, name, statement, audience, languages, visibility, builtin, "
            "charter_version, member_count, created_at) "
            "VALUES (:slug, :name, :statement, :audience, :languages, 'invite', 'hosts', 1, :count, :now)"
        ).bindparams(now),
        values,
    )
    connection.execute(
        sa.text(
            "INSERT INTO charter "
            "(community_id, version, purpose, statement, audience, languages, rules, created_at) "
            "SELECT id, 1, purpose, statement, audience, languages, '[]', created_at "
            "FROM community WHERE builtin = 'hosts'"
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO membership (account_id, community_id, joined_at) SELECT host.account_id, "
            f"community.id, community.created_at FROM ({hosts}) AS host, community WHERE builtin = 'hosts'"
        )
    )


def _note_words() -> None:
    """What the directory finds communities by, from their names and purposes."""
    line = op.get_bind()
    rows = [
        {"word": word, "community_id": community_id}
        for community_id, *texts in line.execute(
            sa.text("SELECT id, slug, name, statement, audience FROM community")
        )
        for word in sorted(set(re.findall(r"\w[\w+#]*", _folded(" ".join(texts)))))
        if len(word) <= 60
    ]
    if rows:
        line.execute(
            sa.text("INSERT INTO community_word (word, community_id) VALUES (:word, :community_id)"), rows
        )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

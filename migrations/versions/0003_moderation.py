"""Moderation that is fast, shared and on the record: cases of several posts, sanctions, rules, a chained log.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from tui_forum.domain.record import FIRST_HASH, chain_hash
from tui_forum.storage.models import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

#: Until when a case should be decided that was open before cases had a category.
EXPECTED = timedelta(hours=72)

Rows = Sequence[sa.Row[Any]]


def upgrade() -> None:
    """Cases, reports and decisions refer only to one another: they are read, made anew and written."""
    cases, reports, decisions = _read_old()
    for table in ("decision", "report", "moderation_case"):  # in this order nothing refers to what goes
        op.drop_table(table)
    _create_cases()
    _create_answers()
    _guard_the_record()
    case = sa.ForeignKey("moderation_case.id", name=op.f("fk_notice_case_id_moderation_case"))
    op.add_column("notice", sa.Column("case_id", ID, case, nullable=True), inline_references=True)
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"])
    op.add_column(
        "post", sa.Column("off_topic", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("thread", sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    _write_cases(cases, reports, decisions)
    _write_record(decisions)


def _read_old() -> tuple[Rows, Rows, Rows]:
    """Every case with its post's author and revision, every report, every decision, oldest first."""
    when = {"opened_at": UtcDateTime(), "decided_at": UtcDateTime()}
    cases = op.get_bind().execute(
        sa.text(
            "SELECT c.id, c.community_id, c.post_id, c.state, c.report_count, c.opened_at, c.decided_at, "
            "p.author_id, p.revision, p.thread_id "
            "FROM moderation_case c JOIN post p ON p.id = c.post_id ORDER BY c.id"
        ).columns(**when)
    )
    reports = op.get_bind().execute(
        sa.text("SELECT id, case_id, reporter_id, reason, created_at FROM report ORDER BY id").columns(
            created_at=UtcDateTime()
        )
    )
    decisions = op.get_bind().execute(
        sa.text(
            "SELECT d.id, d.case_id, d.community_id, d.post_id, d.post_revision, d.moderator_id, d.kind, "
            "d.reason, d.created_at, p.thread_id, p.author_id, p.number "
            "FROM decision d JOIN post p ON p.id = d.post_id ORDER BY d.id"
        ).columns(created_at=UtcDateTime())
    )
    return cases.all(), reports.all(), decisions.all()


def _create_cases() -> None:
    op.create_table(
        "moderation_case",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("category", sa.String(length=16), server_default="other", nullable=False),
        sa.Column("rule", ID, nullable=True),
        sa.Column("severity", ID, server_default="4", nullable=False),
        sa.Column("source", sa.String(length=16), server_default="report", nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("report_count", ID, server_default="0", nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("first_look_at", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("outcome", sa.String(length=16), server_default="", nullable=False),
        sa.Column("overturned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("claimed_by", ID, nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("assigned_to", ID, nullable=True),
        sa.Column("forwarded_to", sa.String(length=16), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_moderation_case_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_to"], ["account.id"], name=op.f("fk_moderation_case_assigned_to_account")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["account.id"], name=op.f("fk_moderation_case_claimed_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_moderation_case_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_moderation_case_decided_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_moderation_case_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    op.create_index("ix_moderation_case_account", "moderation_case", ["account_id", "id"], unique=False)
    op.create_index(op.f("ix_moderation_case_assigned_to"), "moderation_case", ["assigned_to"], unique=False)
    op.create_index(
        "ix_moderation_case_category",
        "moderation_case",
        ["category", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_moderation_case_claimed_by"), "moderation_case", ["claimed_by"], unique=False)
    op.create_index(op.f("ix_moderation_case_claimed_at"), "moderation_case", ["claimed_at"], unique=False)
    op.create_index(
        "ix_moderation_case_community", "moderation_case", ["community_id", "state", "id"], unique=False
    )
    op.create_index(
        "ix_moderation_case_community_due",
        "moderation_case",
        ["community_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_moderation_case_community_reports",
        "moderation_case",
        ["community_id", "report_count", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_moderation_case_community_severity",
        "moderation_case",
        ["community_id", "severity", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_moderation_case_decided", "moderation_case", ["decided_at"], unique=False)
    op.create_index("ix_moderation_case_opened", "moderation_case", ["opened_at"], unique=False)
    op.create_index(
        "ix_moderation_case_due",
        "moderation_case",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(op.f("ix_moderation_case_post_id"), "moderation_case", ["post_id"], unique=False)
    op.create_index(
        "ix_moderation_case_reports",
        "moderation_case",
        ["report_count", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_moderation_case_severity",
        "moderation_case",
        ["severity", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    for name, state in (("ix_moderation_case_open", "open"), ("ix_moderation_case_closed", "decided")):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "moderation_case", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "case_post",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_case_post_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_case_post_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "post_id", name=op.f("pk_case_post")),
    )
    op.create_index(op.f("ix_case_post_post_id"), "case_post", ["post_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("revision", ID, server_default="1", nullable=False),
        sa.Column("reporter_id", ID, nullable=False),
        sa.Column("category", sa.String(length=16), server_default="other", nullable=False),
        sa.Column("rule", ID, nullable=True),
        sa.Column("note", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=16), server_default="", nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_report_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_report_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["account.id"], name=op.f("fk_report_reporter_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "case_id", "post_id", "reporter_id", name=op.f("uq_report_case_id_post_id_reporter_id")
        ),
    )
    op.create_index("ix_report_post", "report", ["post_id"], unique=False)
    op.create_index(op.f("ix_report_reporter_id"), "report", ["reporter_id"], unique=False)
    op.create_table(
        "case_message",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_case_message_author_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_case_message_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_message")),
    )
    op.create_index("ix_case_message_case", "case_message", ["case_id", "id"], unique=False)
    op.create_table(
        "moderation_record",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("thread_id", ID, nullable=True),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_record")),
    )
    op.create_index("ix_moderation_record_account", "moderation_record", ["account_id", "id"], unique=False)
    op.create_index("ix_moderation_record_action", "moderation_record", ["action", "id"], unique=False)
    op.create_index("ix_moderation_record_actor", "moderation_record", ["actor_id", "id"], unique=False)
    op.create_index("ix_moderation_record_case", "moderation_record", ["case_id", "id"], unique=False)
    op.create_index("ix_moderation_record_created", "moderation_record", ["created_at"], unique=False)
    op.create_index(
        "ix_moderation_record_community", "moderation_record", ["community_id", "id"], unique=False
    )


def _create_answers() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sanction_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_sanction_case_id_moderation_case"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_sanction_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_sanction_created_by_account")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_sanction_lifted_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    op.create_index("ix_sanction_account", "sanction", ["account_id", "id"], unique=False)
    op.create_index("ix_sanction_case", "sanction", ["case_id"], unique=False)
    op.create_index("ix_sanction_community", "sanction", ["community_id", "id"], unique=False)
    op.create_index(
        "ix_sanction_running",
        "sanction",
        ["until"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "appeal",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("decided_case_id", ID, nullable=True),
        sa.Column("sanction_id", ID, nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_appeal_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_appeal_answered_by_account")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_appeal_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_case_id"],
            ["moderation_case.id"],
            name=op.f("fk_appeal_decided_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sanction_id"], ["sanction.id"], name=op.f("fk_appeal_sanction_id_sanction"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("case_id", name=op.f("uq_appeal_case_id")),
        sa.UniqueConstraint("record_id", "account_id", name=op.f("uq_appeal_record_id_account_id")),
    )
    op.create_index(op.f("ix_appeal_decided_case_id"), "appeal", ["decided_case_id"], unique=False)
    op.create_index(op.f("ix_appeal_sanction_id"), "appeal", ["sanction_id"], unique=False)
    op.create_table(
        "account_note",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_account_note_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["account.id"], name=op.f("fk_account_note_author_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_account_note_case_id_moderation_case"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_account_note_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_note")),
    )
    op.create_index("ix_account_note_account", "account_note", ["account_id", "id"], unique=False)
    op.create_table(
        "restriction",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("thread_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seconds", ID, server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_restriction_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_restriction_created_by_account")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_restriction_ended_by_account")),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["thread.id"], name=op.f("fk_restriction_thread_id_thread"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restriction")),
    )
    op.create_index(
        "ix_restriction_due",
        "restriction",
        ["until"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_restriction_running",
        "restriction",
        ["community_id", "thread_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_restriction_thread_id"), "restriction", ["thread_id"], unique=False)
    op.create_table(
        "moderation_rule",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pattern", sa.Text(), server_default="", nullable=False),
        sa.Column("threshold", ID, server_default="0", nullable=False),
        sa.Column("seconds", ID, server_default="0", nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=16), server_default="other", nullable=False),
        sa.Column("explanation", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("hits", ID, server_default="0", nullable=False),
        sa.Column("right_hits", ID, server_default="0", nullable=False),
        sa.Column("wrong_hits", ID, server_default="0", nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_moderation_rule_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_moderation_rule_created_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_rule")),
    )
    op.create_index(
        op.f("ix_moderation_rule_community_id"), "moderation_rule", ["community_id"], unique=False
    )
    op.create_table(
        "rule_hit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("rule_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("post_id", ID, nullable=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=8), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_rule_hit_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_case.id"],
            name=op.f("fk_rule_hit_case_id_moderation_case"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_rule_hit_post_id_post"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["moderation_rule.id"],
            name=op.f("fk_rule_hit_rule_id_moderation_rule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_hit")),
    )
    op.create_index(op.f("ix_rule_hit_case_id"), "rule_hit", ["case_id"], unique=False)
    op.create_index(op.f("ix_rule_hit_post_id"), "rule_hit", ["post_id"], unique=False)
    op.create_index("ix_rule_hit_rule", "rule_hit", ["rule_id", "id"], unique=False)
    op.create_table(
        "reason_template",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("community_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), server_default="", nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("position", ID, server_default="0", nullable=False),
        sa.Column("updated_by", ID, nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_reason_template_community_id_community"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["account.id"], name=op.f("fk_reason_template_updated_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason_template")),
    )
    op.create_index(
        op.f("ix_reason_template_community_id"), "reason_template", ["community_id"], unique=False
    )
    op.create_table(
        "saved_filter",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_saved_filter_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_saved_filter")),
    )


def _guard_the_record() -> None:
    """Triggers that refuse UPDATE and DELETE; on PostgreSQL with the function that 0001 made."""
    table = "moderation_record"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _table(name: str, **columns: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, kind) for column, kind in columns.items()))


def _write_cases(cases: Rows, reports: Rows, decisions: Rows) -> None:
    """A case of before has one post, in the revision that was decided about or is there now."""
    decided = {row.case_id: row for row in decisions}
    bind = op.get_bind()
    table = _table(
        "moderation_case", id=ID, community_id=ID, account_id=ID, post_id=ID, state=sa.String(),
        report_count=ID, opened_at=UtcDateTime(), reported_at=UtcDateTime(), due_at=UtcDateTime(),
        decided_at=UtcDateTime(), decided_by=ID, outcome=sa.String(),
    )  # fmt: skip
    posts = _table("case_post", case_id=ID, post_id=ID, revision=ID, added_at=UtcDateTime())
    revisions: dict[int, tuple[int, int]] = {}
    for row in cases:
        decision = decided.get(row.id)
        revisions[row.id] = (row.post_id, decision.post_revision if decision else row.revision)
        bind.execute(
            sa.insert(table).values(
                id=row.id, community_id=row.community_id, account_id=row.author_id, post_id=row.post_id,
                state=row.state, report_count=row.report_count, opened_at=row.opened_at,
                reported_at=row.opened_at, due_at=row.opened_at + EXPECTED, decided_at=row.decided_at,
                decided_by=decision.moderator_id if decision else None,
                outcome=decision.kind if decision else "",
            )
        )  # fmt: skip
        bind.execute(
            sa.insert(posts).values(
                case_id=row.id, post_id=row.post_id, revision=revisions[row.id][1], added_at=row.opened_at
            )
        )
    kept = _table(
        "report", id=ID, case_id=ID, post_id=ID, revision=ID, reporter_id=ID, note=sa.String(),
        created_at=UtcDateTime(), outcome=sa.String(), told_at=UtcDateTime(),
    )  # fmt: skip
    for row in reports:
        decision = decided.get(row.case_id)
        post_id, post_revision = revisions[row.case_id]
        bind.execute(
            sa.insert(kept).values(
                id=row.id, case_id=row.case_id, post_id=post_id, revision=post_revision,
                reporter_id=row.reporter_id, note=row.reason, created_at=row.created_at,
                outcome=decision.kind if decision else "",
                told_at=decision.created_at if decision else None,
            )
        )  # fmt: skip
    if bind.dialect.name == "postgresql":
        for name in ("moderation_case", "report"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                f"(SELECT coalesce(max(id), 0) + 1 FROM {name}), false)"
            )


def _write_record(decisions: Rows) -> None:
    """Decisions of before become the first entries of the record."""
    table = _table(
        "moderation_record", id=ID, created_at=UtcDateTime(), action=sa.String(), actor_id=ID,
        community_id=ID, case_id=ID, thread_id=ID, post_id=ID, account_id=ID, reason=sa.String(),
        before=sa.JSON(), after=sa.JSON(), previous_hash=sa.String(), hash=sa.String(),
    )  # fmt: skip
    previous = FIRST_HASH
    for number, row in enumerate(decisions, 1):
        values = {
            "action": row.kind, "actor_id": row.moderator_id, "community_id": row.community_id,
            "case_id": row.case_id, "thread_id": row.thread_id, "post_id": row.post_id,
            "account_id": row.author_id, "reason": row.reason, "before": {},
            "after": {"posts": [{"post": row.post_id, "number": row.number, "revision": row.post_revision}]},
        }  # fmt: skip
        at: datetime = row.created_at
        link = chain_hash(previous, number, at, values)
        op.get_bind().execute(
            sa.insert(table).values(id=number, created_at=at, previous_hash=previous, hash=link, **values)
        )
        previous = link


def downgrade() -> None:
    """The record must not be lost."""
    raise NotImplementedError

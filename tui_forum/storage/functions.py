"""What SQLite and PostgreSQL count differently: time between moments, and the week one lies in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class seconds_between(GenericFunction[float]):  # noqa: N801 - read as a function in statements
    """Seconds from the first moment to the second."""

    type = Float()
    inherit_cache = True


class week_number(GenericFunction[int]):  # noqa: N801 - read as a function in statements
    """The number of the week (Monday to Sunday, UTC) of a moment, as ``repositories.life.week_of``."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _sqlite_seconds(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _postgresql_seconds(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    earlier, later = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(extract(epoch FROM ({later}) - ({earlier})) AS double precision)"


@compiles(week_number, "sqlite")
def _sqlite_week(element: week_number, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    # 2440591.5 is the Monday of 1970-01-05; floor, so that earlier weeks count down from -1.
    return f"CAST(floor((julianday({moment}) - 2440591.5) / 7) AS INTEGER)"


@compiles(week_number, "postgresql")
def _postgresql_week(element: week_number, compiler: SQLCompiler, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM {moment} - TIMESTAMPTZ '1970-01-05 00:00Z') / 604800) AS BIGINT)"

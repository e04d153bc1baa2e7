"""Statements that are made once.

Making a statement out of SQLAlchemy's expressions, and finding out that it is a known one, takes
longer than SQLite takes to answer it. What is read with each key is therefore made once, with
places for the values, and found by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import ColumnElement, Executable, bindparam, type_coerce
from sqlalchemy.orm import InstrumentedAttribute

P = ParamSpec("P")
Made = TypeVar("Made", bound=Executable)


def prepared(build: Callable[P, Made]) -> Callable[P, tuple[Made, dict[str, Any]]]:
    """Make what ``build`` returns once for each shape; returns it with the values, for ``execute``.

    In ``build`` the positional parameters are places for values (a list is a place for ``in_``):
    nothing may be decided or computed by them. Keyword-only parameters are the shape.
    """
    parameters = inspect.signature(build).parameters.values()
    names = [parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY]
    made: dict[tuple[object, ...], Made] = {}

    @wraps(build)
    def find(*values: P.args, **shape: P.kwargs) -> tuple[Made, dict[str, Any]]:
        key = tuple(sorted(shape.items()))
        statement = made.get(key)
        if statement is None:
            places: list[Any] = [
                bindparam(name, expanding=isinstance(value, list))
                for name, value in zip(names, values, strict=True)
            ]
            statement = build(*places, **shape).execution_options(at_once=True)
            made[key] = statement
        return statement, dict(zip(names, values, strict=True))

    return find


def like(column: InstrumentedAttribute[Any], place: object) -> ColumnElement[Any]:
    """A place for a value of ``column``'s type, where nothing it is compared with says so."""
    return type_coerce(place, column.type)

"""Rows for other programs: CSV for spreadsheets, JSON lines for everything else."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any, Final, Protocol

from tui_forum.domain.text import display_text

#: What a spreadsheet takes for a formula when a cell begins with it (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


class Rows(Protocol):
    """Takes rows and writes each at once."""

    def write(self, row: Mapping[str, Any]) -> None:
        """One row."""


def rows_to(file: IO[str], wanted: Format, columns: Sequence[str]) -> Rows:
    """A writer of rows that have these ``columns``, in this order."""
    return _Csv(file, columns) if wanted is Format.CSV else _JsonLines(file, columns)


class _Csv:
    """RFC 4180, with a line of names. No cell is a formula; times are ISO 8601 in UTC."""

    def __init__(self, file: IO[str], columns: Sequence[str]) -> None:
        self._writer = csv.writer(file)
        self._columns = columns
        self._writer.writerow(columns)

    def write(self, row: Mapping[str, Any]) -> None:
        self._writer.writerow([_cell(row[column]) for column in self._columns])


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return "" if value is None else value
    if isinstance(value, datetime):
        return _moment(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = display_text(text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


class _JsonLines:
    """One JSON object a line, in ASCII: nothing in it reaches a terminal as anything but text."""

    def __init__(self, file: IO[str], columns: Sequence[str]) -> None:
        self._file = file
        self._columns = columns

    def write(self, row: Mapping[str, Any]) -> None:
        told = {column: _value(row[column]) for column in self._columns}
        self._file.write(json.dumps(told) + "\n")


def _value(value: Any) -> Any:
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()

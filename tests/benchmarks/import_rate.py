"""How fast archives come in, and how much memory that takes.

    python tests/benchmarks/import_rate.py [--data ../shared/data unpacked] [--json FILE]

Each source is imported into an empty forum by the real command in a process of its own. Prints
a table and one line of JSON. Without ``--data`` only the generated archives are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SOURCES = (
    ("jsonl", "usenet_cobol/messages_1999_2001.jsonl"),
    ("mbox", "mailinglists/twisted/twisted-web"),
    ("mbox", "mailinglists/linux-leds/linux-leds-1500.mbox"),
    ("stackexchange", "stackexchange/german_meta"),
    ("discourse", "discourse_urho3d/dev"),
)
GENERATED = (10_000, 40_000)

CHILD = """
import json, resource, sys, time
from tui_forum.cli import call
from tui_forum.commands import importing
reports = []
importing.show = lambda console, report: reports.append(report)
code = call(sys.argv[1:])
[report] = reports
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "code": code, "posts": report.posts + report.already, "seconds": report.seconds,
    "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss // 1024,
}))
"""


def measure(kind: str, path: Path, data: Path, name: str) -> dict[str, Any]:
    """Import ``path`` into the forum in ``data`` and give the figures."""
    arguments = ["import", kind, str(path), "--into", "archive", "--data", str(data)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments], check=True, capture_output=True, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {
        "source": name,
        "kind": kind,
        **figures,
        "posts_per_second": round(figures["posts"] / figures["seconds"]),
    }


def generate(path: Path, count: int) -> Path:
    """A newsgroup of ``count`` messages of about 1 kB."""
    with path.open("w") as handle:
        for number in range(count):
            thread, place = divmod(number, 20)
            line = {
                "message_id": f"<{number}@x>",
                "thread": f"t{thread}",
                "title": f"Thread {thread}",
                "from": f"Author {number % 500} <author{number % 500}@x>",
                "date": f"2001-{1 + place % 12:02}-01T00:00:00",
                "references": [f"<{number - 1}@x>"] if place else [],
                "body": "A sentence of about forty characters, it is.\n" * 22,
            }
            handle.write(json.dumps(line) + "\n")
    return path


def main() -> None:
    """Measure everything that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the unpacked archives")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for kind, name in SOURCES if options.data else ():
            if (options.data / name).exists():
                results.append(measure(kind, options.data / name, base / str(len(results)), Path(name).name))
        for count in GENERATED:
            file = generate(base / f"generated-{count}.jsonl", count)
            results.append(measure("jsonl", file, base / str(len(results)), file.stem))
        again = measure("jsonl", file, base / str(len(results) - 1), f"{file.stem} again")
        results.append(again)
    print(f"{'source':34} {'posts':>7} {'seconds':>8} {'posts/s':>8} {'CPU s':>7} {'peak MiB':>9}")
    for row in results:
        print(
            f"{row['source']:34} {row['posts']:>7} {row['seconds']:>8.1f} {row['posts_per_second']:>8} "
            f"{row['cpu_seconds']:>7.1f} {row['peak_mib']:>9}"
        )
    report = {
        "benchmark": "import_rate",
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "results": results,
    }
    print(json.dumps(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()

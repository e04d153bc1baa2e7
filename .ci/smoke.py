"""Start the installed program and see that it serves SSH: ``smoke.py PROGRAM DATA_DIR``."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def banner(port: int, deadline: float) -> bytes:
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
                return line.recv(64)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> int:
    program, data = sys.argv[1:]
    environment = {"PATH": os.environ["PATH"], "HOME": data, "LANG": "C.UTF-8"}
    for arguments in (["--version"], ["--help"], ["import", "--help"]):
        subprocess.run([program, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)
    port = free_port()
    server = subprocess.Popen(
        [program, "serve", "--demo", "--data", data, "--listen", f"127.0.0.1:{port}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        greeting = banner(port, time.monotonic() + 60)
    finally:
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=30)
    text = output.decode()
    if not greeting.startswith(b"SSH-2.0-") or "SHA256:" not in text or server.returncode != 0:
        print(text)
        print(f"smoke: greeting {greeting!r}, exit code {server.returncode}")
        return 1
    print("smoke: the wheel serves")
    return 0


if __name__ == "__main__":
    sys.exit(main())

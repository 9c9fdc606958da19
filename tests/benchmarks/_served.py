"""`xiaobao serve` as a process of its own, for benchmarks."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SERVE = "from crawler.cli.main import main; main()"


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """Serve the archive in `folder` and give its address."""
    command = [
        sys.executable,
        "-c",
        _SERVE,
        "serve",
        "--port",
        "0",
        *options,
        "--archive",
        str(folder),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stderr.readline() if server.stderr else ""
            (address,) = re.findall(r"http://\S+?(?=/ )", said)
            yield address
        finally:
            server.terminate()

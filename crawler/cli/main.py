"""The program `xiaobao`: one group, commands imported when they are called."""

import importlib
import keyword
import os
import signal
import sys
from typing import Any

import click

from archive.errors import XiaobaoError
from crawler.cli.context import common_options

COMMANDS = {
    "demo": ("demo", "Crawl the built-in sample web, twice, and say what came of it."),
    "crawl": ("crawl", "Crawl sites by their profiles."),
    "sites": ("sites", "Profiles: list, show, check and try them."),
    "schedule": ("schedule", "What is due, and when."),
    "status": ("status", "What the archive holds and how the sites are."),
    "search": ("search", "Find documents."),
    "queries": ("queries", "Searches that were saved."),
    "show": ("show", "One document or cluster."),
    "diff": ("diff", "What differs between two documents or versions."),
    "serve": ("serve", "Serve the archive to browsers and programs."),
    "feed": ("feed", "What happened to documents and clusters."),
    "export": ("export", "Write documents to a file."),
    "clusters": ("clusters", "Review, explain and decide what is one work."),
    "withdraw": ("withdraw", "Take documents out for good."),
    "import": ("importing", "Take in pages that were saved before."),
    "verify": ("verify", "Check the database against the WARC files."),
    "copy": ("copy", "Copy the database to another engine."),
    "reprocess": ("reprocess", "Make all documents again from the WARC files."),
    "extract": ("extract", "Documents of stored pages, without an archive."),
    "repair": ("repair", "Bring back corrupted text, without an archive."),
    "cluster": ("cluster", "Group texts of a file, without an archive."),
}
"""Command to module of `crawler.cli` and what stands in the list of commands, so that the list
imports none of them. A module's command has the same name, `import_` where Python has it."""


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's interface
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found = getattr(importlib.import_module(f"crawler.cli.{module}"), name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiaobao")
@common_options
def xiaobao(**_: Any) -> None:
    """Crawl, keep, compare and read published Chinese consumer-protection reports."""


def main() -> None:
    """Run the program. Exit 0: done; 1: could not be done, one line says why; 2: bad usage."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends all commands as Ctrl-C does
    try:
        xiaobao.main(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit("xiaobao: stopped")
    except XiaobaoError as error:
        click.echo(f"xiaobao: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing more to say, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()

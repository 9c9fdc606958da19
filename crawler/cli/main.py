"""The program `xiaobao`: one group, commands imported when they are called."""

import importlib
import keyword
import os
import sys
from typing import Any

import click

from archive.errors import XiaobaoError
from crawler.cli.context import common_options

COMMANDS = {
    "demo": "crawler.cli.demo",
    "crawl": "crawler.cli.crawl",
    "sites": "crawler.cli.sites",
    "schedule": "crawler.cli.schedule",
    "status": "crawler.cli.status",
    "search": "crawler.cli.search",
    "queries": "crawler.cli.queries",
    "show": "crawler.cli.show",
    "diff": "crawler.cli.diff",
    "serve": "crawler.cli.serve",
    "feed": "crawler.cli.feed",
    "export": "crawler.cli.export",
    "clusters": "crawler.cli.clusters",
    "withdraw": "crawler.cli.withdraw",
    "import": "crawler.cli.importing",
    "verify": "crawler.cli.verify",
    "copy": "crawler.cli.copy",
    "reprocess": "crawler.cli.reprocess",
    "extract": "crawler.cli.extract",
    "repair": "crawler.cli.repair",
    "cluster": "crawler.cli.cluster",
}
"""Command to module; the module's command has the same name, `import_` where Python has it."""


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's interface
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found = getattr(importlib.import_module(COMMANDS[cmd_name]), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xiaobao")
@common_options
def xiaobao(**_: Any) -> None:
    """Crawl, keep, compare and read published Chinese consumer-protection reports."""


def main() -> None:
    """Run the program. Exit 0: done; 1: could not be done, one line says why; 2: bad usage."""
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

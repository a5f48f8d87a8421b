"""The command `sec02`: the only place that prints and picks exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException as UsageError

from sec02_policies.cli import archive, authoring, policies, review, snapshot, storage, streams, waivers
from sec02_policies.cli.check import check
from sec02_policies.cli.collect import collect
from sec02_policies.cli.demo import demo
from sec02_policies.cli.diff import diff
from sec02_policies.cli.evaluate import evaluate
from sec02_policies.cli.exits import Exit
from sec02_policies.cli.inventory import inventory
from sec02_policies.cli.keygen import keygen
from sec02_policies.cli.remediate import remediate
from sec02_policies.cli.report import report
from sec02_policies.cli.rollup import rollup
from sec02_policies.cli.test import test
from sec02_policies.cli.trend import trend
from sec02_policies.cli.verify import verify
from sec02_policies.errors import BundleError, Sec02Error
from sec02_policies.version import VERSION

app = typer.Typer(
    name="sec02",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Policy as code for how an AWS organization authenticates people and machines (SEC02).",
)


def _version(value: bool) -> None:  # noqa: FBT001 - a typer callback
    if value:
        typer.echo(f"sec02-policies {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Policy as code for how an AWS organization authenticates people and machines (SEC02)."""


app.command()(demo)
app.command()(collect)
app.command()(evaluate)
app.command()(report)
app.command()(diff)
app.command()(remediate)
app.command()(rollup)
app.command()(trend)
app.command()(inventory)
app.command()(test)
app.command()(check)
archive.app.command()(storage.upload)
archive.app.command()(storage.prune)
app.add_typer(archive.app, name="archive")
app.command()(verify)
app.command()(keygen)
app.add_typer(snapshot.app, name="snapshot")
policies.app.command("new")(authoring.new_policy)
policies.app.command("types")(authoring.show_types)
app.add_typer(policies.app, name="policies")
app.add_typer(waivers.app, name="waivers")
app.add_typer(review.app, name="review")


def main() -> None:
    """Run the command line; every ending is one of the documented exit codes, and no error is a traceback."""
    streams.prepare()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    try:
        code = app(args=arguments, prog_name="sec02", standalone_mode=False)
        sys.stdout.flush()
    except UsageError as fault:
        message = fault.format_message()
        verb = getattr(getattr(fault, "ctx", None), "command_path", "sec02")
        return _say(f"sec02: {message} See `{verb} --help`.", Exit.USAGE) if message else Exit.USAGE
    except Sec02Error as fault:
        return _say(str(fault), Exit.MISMATCH if isinstance(fault, BundleError) else Exit.INVALID_INPUT)
    except SystemExit:
        raise
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", Exit.INTERRUPTED)
    except BaseException as fault:
        if os.environ.get("SEC02_DEBUG"):
            raise
        return _say(f"sec02: internal error ({type(fault).__name__}): set SEC02_DEBUG=1 for details", Exit.INTERNAL)
    if code == Exit.INTERRUPTED:
        return _say("interrupted", Exit.INTERRUPTED)
    return code if isinstance(code, int) else Exit.OK


def _say(line: str, code: Exit) -> Exit:
    streams.say(line.replace("\n", " "))
    return code

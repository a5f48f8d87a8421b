"""What `sec02` and `python -m sec02_policies` begin with, so that Ctrl-C is one word while the rest is being loaded."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it."""
    try:
        from sec02_policies.cli import main as command_line
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)  # noqa: T201 - cli, the place that prints, is not there yet
        sys.exit(_INTERRUPTED)
    command_line()


if __name__ == "__main__":
    main()

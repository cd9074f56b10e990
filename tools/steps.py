"""Running the commands of the setup and printing its progress."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """The setup cannot continue; the text says why and what to do."""


def print_step(text: str) -> None:
    """Print the current step."""
    print(f"• {text}", flush=True)


def run_quietly(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
    hint: str = "",
) -> None:
    """Run a command; its output is shown only when it fails.

    Raises:
        SetupError: It failed; the text is the end of its output, and the hint.
    """
    try:
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=folder,
            env={**os.environ, **(environment or {})},
        )
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is not installed on this machine. {hint}") from error
    if result.returncode == 0:
        return
    if "No space left on device" in result.stdout:
        hint = "The disk is full: free about 3 GB, then start again."
    output_tail = "\n".join(result.stdout.strip().splitlines()[-25:])
    line = " ".join(str(part) for part in command)
    raise SetupError(f"{output_tail}\n\nThis command failed: {line}\n{hint}".rstrip())


def exit_with_error(error: SetupError) -> None:
    """Exit with the text of the error."""
    sys.exit(f"\n{error}")

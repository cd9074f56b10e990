"""QGIS in its Debian root, driven by a list of actions; see ``drive_qgis.py`` for them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.debian_root import find_root_folder, run_in_root

_SCRIPT = Path(__file__).with_name("drive_qgis.py")
_LONGEST_S = 240


def run_qgis(actions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The answer of one run of QGIS; it keeps nothing of the run before.

    Raises:
        AssertionError: It ended with an error.
    """
    finished = run_in_root(
        find_root_folder(),
        ["python3", "-c", _SCRIPT.read_text("utf-8")],
        environment={},
        standard_input=json.dumps({"actions": list(actions)}),
        timeout=_LONGEST_S,
    )
    assert finished.returncode == 0, finished.stderr
    answer: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return answer

"""``make trial``: many editors publish drafts while the service and its database are killed.

Prints what happened, and ends with 1 if anything was lost, doubled, half published or torn.
"""

import argparse
import json
import random
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.trials.coverage_history import find_torn_changesets
from benchmarks.trials.trial_editor import TrialEditor
from benchmarks.trials.trial_register import TrialRegister
from gazetteer.accounts.roles import Role
from gazetteer.ledger.as_of import today
from gazetteer.ledger.follower import Follower

_MODE_OF_HOME = 0o755
_EARLIER_DAY = date(2015, 6, 1)


def run_trial(editors: int, drafts: int, kills: int, home: Path) -> list[str]:
    """Run a trial in an empty directory; what went wrong."""
    register = TrialRegister(home)
    print("loading", flush=True)
    register.run_command("load")
    before = _list_errors(register)
    keys = register.create_keys()
    register.start_service()
    follower = Follower(register.base_url, home / "follower.sqlite")
    follower.catch_up()
    begun = time.monotonic()
    finished, done_kills, choose = list[TrialEditor](), 0, random.Random(kills)
    with ProcessPoolExecutor(editors) as pool:
        while not finished or done_kills < kills:  # the editors go on until the last kill
            seeds = range(len(finished), len(finished) + editors)
            running = [
                pool.submit(_build_editor(register, keys, s).run_drafts, drafts) for s in seeds
            ]
            done_kills += _kill_at_random(register, running, kills - done_kills, choose)
            finished += [future.result() for future in running]
    outcomes = sum((editor.outcomes for editor in finished), Counter[str]())
    seconds = time.monotonic() - begun
    print(f"{seconds:.0f} s, {done_kills} kills, {dict(outcomes)}", flush=True)
    faults = [*_check_feed(register, finished), *_check_unsure(register, finished, keys)]
    if not follower.catch_up():
        faults.append("the follower had to start again")
    register.kill_service()
    with register.open_database() as conn:
        faults += find_torn_changesets(conn, [today(), _EARLIER_DAY])
    faults += [f"new: {error}" for error in sorted(_list_errors(register) - before)]
    return faults


def _build_editor(register: TrialRegister, keys: dict[str, str], seed: int) -> TrialEditor:
    return TrialEditor(register.base_url, keys[Role.MAPPING_STAFF], keys[Role.REVIEWER], seed)


def _kill_at_random(
    register: TrialRegister,
    running: list[Future[TrialEditor]],
    kills: int,
    choose: random.Random,
) -> int:
    """Kill the service or its database while editors are at work, and start it again."""
    for done in range(kills):
        time.sleep(choose.uniform(0.5, 4.0))
        if all(future.done() for future in running):
            return done
        if choose.random() < 1 / 2:
            register.kill_database()
        register.kill_service()
        register.start_service()
    return kills


def _check_feed(register: TrialRegister, editors: list[TrialEditor]) -> list[str]:
    """Every acknowledged publication is in the feed once, and its numbers have no gaps."""
    after, seen = 0, Counter[int]()
    faults, last = [], {}
    while True:
        page = _read_json(register, f"/v1/changes?after={after}&limit=1000")
        if not page["changes"]:
            break
        for change in page["changes"]:
            after += 1
            if change["seq"] != after:
                faults.append(f"the feed has {change['seq']} where {after} is due")
            if "changeset" in change:
                number = change["changeset"]["id"]
                seen[number] += 1
                first, end = change["changeset"]["first_seq"], change["changeset"]["last_seq"]
                last[number] = end - first + 1
    published = [number for editor in editors for number in editor.published.values()]
    faults += [
        f"changeset {number} is doubled" for number, n in Counter(published).items() if n > 1
    ]
    faults += [f"changeset {number} is lost" for number in published if number not in seen]
    faults += [f"changeset {n} is torn" for n, count in last.items() if seen[n] != count]
    return faults


def _check_unsure(
    register: TrialRegister, editors: list[TrialEditor], keys: dict[str, str]
) -> list[str]:
    """A draft whose publication was cut off is published whole, or approved still."""
    faults = []
    for draft in (draft for editor in editors for draft in editor.unsure):
        state = _read_json(register, f"/v1/drafts/{draft}", keys[Role.MAPPING_STAFF])["state"]
        if state not in ("published", "approved"):
            faults.append(f"draft {draft} is {state}")
    return faults


def _list_errors(register: TrialRegister) -> set[str]:
    """The errors of the self-check, by rule and units."""
    lines = register.run_command("check", "--json").stdout.splitlines()
    results = [json.loads(line) for line in lines if line.startswith("{")]
    return {f"{r['check']} {r['subject']}" for r in results if r["severity"] == "error"}


def _read_json(register: TrialRegister, path: str, key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    request = urllib.request.Request(register.base_url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=300) as response:
        return json.load(response)


def main() -> None:
    """Run the trial that the command line asks for."""
    parser = argparse.ArgumentParser(prog="make trial", description=__doc__)
    parser.add_argument("--editors", type=int, default=16)
    parser.add_argument("--drafts", type=int, default=60)
    parser.add_argument("--kills", type=int, default=100)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="gz-trial-") as directory:
        home = Path(directory)
        home.chmod(_MODE_OF_HOME)
        faults = run_trial(asked.editors, asked.drafts, asked.kills, home)
        TrialRegister(home).run_command("db", "stop")
    print("\n".join(faults) or "nothing was lost, doubled, half published or torn")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

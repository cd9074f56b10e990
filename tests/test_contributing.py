"""CONTRIBUTING names only what there is, and every room; both languages name the same."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = ("CONTRIBUTING.md", "CONTRIBUTING.zh.md")
TOP = ("gazetteer", "boundaries", "web", "tests", "migrations", "docs")
NO_ROOMS = {"web/static", "web/client"}


def read_code_spans(name: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", (ROOT / name).read_text("utf-8"))


def find_paths(name: str) -> set[str]:
    spans = read_code_spans(name)
    return {span for span in spans if span.startswith(tuple(f"{top}/" for top in TOP))}


def find_defined_names(path: Path) -> set[str]:
    """What a module defines at its top level, functions and classes included."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


@pytest.mark.parametrize("name", FILES)
def test_every_path_exists(name: str) -> None:
    missing = {path for path in find_paths(name) if not (ROOT / path).exists()}
    assert missing == set()


def test_both_languages_name_the_same_things() -> None:
    assert sorted(set(read_code_spans(FILES[0]))) == sorted(set(read_code_spans(FILES[1])))


@pytest.mark.parametrize(
    ("symbol", "path"),
    [
        ("rule_check", "gazetteer/rules/rule_registry.py"),
        ("COVERAGE_RULES", "boundaries/rules/coverage/__init__.py"),
        ("Filters", "gazetteer/search/autocomplete/filters.py"),
        ("FilterQuery", "web/services/search_service.py"),
        ("COMMANDS", "web/commands/__init__.py"),
        ("RunningJob", "gazetteer/jobs/running_job.py"),
        ("JobKind", "gazetteer/jobs/job_kind.py"),
        ("JOB_KINDS", "web/services/job_kinds.py"),
        ("JobModel", "web/api/job_models.py"),
        ("submit_job", "gazetteer/jobs/job_queue.py"),
        ("PeriodicTask", "gazetteer/jobs/clock.py"),
        ("PERIODIC_TASKS", "web/services/job_kinds.py"),
        ("message", "gazetteer/messages/message.py"),
        ("MENU", "web/pages/rendering.py"),
        ("WaitingItem", "web/services/waiting_items.py"),
        ("WaitingList", "web/services/waiting_items.py"),
        ("WAITING_LISTS", "web/services/waiting_lists.py"),
        ("list_units_in_charge", "gazetteer/accounts/actors.py"),
        ("Field", "gazetteer/ledger/record_kind.py"),
    ],
)
@pytest.mark.parametrize("name", FILES)
def test_every_symbol_is_where_the_recipe_says(name: str, symbol: str, path: str) -> None:
    assert any(span.startswith(symbol) for span in read_code_spans(name))
    assert symbol in find_defined_names(ROOT / path)


def test_every_room_is_described() -> None:
    rooms = {
        str(path.relative_to(ROOT))
        for top in ("gazetteer", "boundaries", "web")
        for path in (ROOT / top).iterdir()
        if path.is_dir() and not path.name.startswith((".", "__"))
    }
    assert rooms - find_paths(FILES[0]) - NO_ROOMS == set()

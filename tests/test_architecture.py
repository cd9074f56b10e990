"""The arrow web -> boundaries -> gazetteer, and modules and functions that stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "gazetteer": {"gazetteer"},
    "boundaries": {"boundaries", "gazetteer"},
    "web": {"web", "boundaries", "gazetteer"},
    "migrations": set(),
    "tools": {"tools"},
}
OURS = {*MAY_IMPORT, "tests", "benchmarks"}
LINES_OF_A_MODULE, LINES_OF_A_FUNCTION = 350, 50

MODULES = sorted(
    path
    for package in MAY_IMPORT
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.Module) -> Iterator[str]:
    """The packages of this project that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            names = [node.module or ""]
        else:
            continue
        yield from OURS & {name.partition(".")[0] for name in names}


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_package_imports_only_what_lies_beneath_it(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    assert set(imported(ast.parse(path.read_text()))) <= MAY_IMPORT[package]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LINES_OF_A_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LINES_OF_A_FUNCTION, node.name


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_module_catches_whatever_comes(path: Path) -> None:
    """``except Exception`` hides faults, ``BaseException`` is there to clean up and re-raise."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.id if isinstance(node.type, ast.Name) else node.type and "named"
        assert caught not in (None, "Exception"), f"line {node.lineno}"
        if caught == "BaseException":
            assert any(isinstance(step, ast.Raise) for step in ast.walk(node))

"""Arrows between packages, names, lengths: what keeps the house in order."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.measure import (
    LINES_OF_A_FUNCTION,
    LINES_OF_A_MODULE,
    PRODUCT,
    PRODUCTION,
    Module,
    count_function_lines,
    count_words,
    find_circles,
    find_modules,
    find_repeated_classes,
    find_repeated_files,
    find_text_pairs,
)

MAY_IMPORT = {
    "gazetteer": {"gazetteer"},
    "boundaries": {"boundaries", "gazetteer"},
    "web": {"web", "boundaries", "gazetteer"},
    "migrations": {"migrations"},
    "tools": {"tools"},
    "benchmarks": {"benchmarks", "web", "boundaries", "gazetteer", "tools"},
}
OURS = {*MAY_IMPORT, "tests"}
ONE_WORD_NAMES = Path(__file__).with_name("one_word_names.txt")
"""Functions that may have a name of one word. The list only gets shorter."""
ONE_FILE_PER_RESOURCE = ("web/api", "web/commands")
"""Here a file is called like the resource that it answers for, as elsewhere its model may be."""
FILES_BY_CONVENTION = {"problems.py", "tables.py"}
PRIVATE_WORDS = {
    "tell", "told", "telling", "meant", "kept", "standing", "ground", "spot", "judge", "judged",
    "judging", "judgement", "sought", "mended", "seen_to", "kin", "spoilt",
}  # fmt: skip
"""Words of a dialect that only this project would speak; the field has its own."""
NAMES_BY_CONTRACT = {"seen_to", "judgement"}
"""Fields and path parameters of the HTTP interface."""

MODULES = find_modules(PRODUCTION)
PRODUCT_MODULES = find_modules(PRODUCT)


def name_module(module: Module) -> str:
    return str(module.relative)


def find_imported_packages(tree: ast.Module) -> Iterator[str]:
    """The top-level packages of this project that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            names = [node.module or ""]
        else:
            continue
        yield from OURS & {name.partition(".")[0] for name in names}


def find_identifiers(module: Module) -> Iterator[tuple[int, str]]:
    """Every name that a module gives: of functions, classes, parameters, variables."""
    for node in ast.walk(module.tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def split_words(identifier: str) -> Iterator[str]:
    """The words of a name in snake or camel case, in lower case."""
    word = ""
    for character in identifier:
        if character == "_" or (character.isupper() and word and not word[-1].isupper()):
            yield word.lower()
            word = ""
        if character != "_":
            word += character
    yield word.lower()


def test_there_are_modules_to_look_at() -> None:
    assert len(MODULES) > 100


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_a_package_imports_only_what_lies_beneath_it(module: Module) -> None:
    package = module.relative.parts[0]
    assert set(find_imported_packages(module.tree)) <= MAY_IMPORT[package]


def test_no_packages_import_each_other_in_a_circle() -> None:
    assert find_circles(PRODUCT_MODULES) == []


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_modules_and_functions_stay_small(module: Module) -> None:
    assert module.lines <= LINES_OF_A_MODULE
    too_long = {
        function.name: count_function_lines(function)
        for function in module.functions
        if count_function_lines(function) > LINES_OF_A_FUNCTION
    }
    assert too_long == {}


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_no_module_catches_whatever_comes(module: Module) -> None:
    """``except Exception`` hides faults, ``BaseException`` is there to clean up and re-raise."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.id if isinstance(node.type, ast.Name) else node.type and "named"
        assert caught not in (None, "Exception"), f"line {node.lineno}"
        if caught == "BaseException":
            assert any(isinstance(step, ast.Raise) for step in ast.walk(node))


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_words_for_people_stand_in_the_catalogues(module: Module) -> None:
    assert list(find_text_pairs(module)) == []


@pytest.mark.parametrize("module", MODULES, ids=name_module)
def test_names_are_words_of_the_field(module: Module) -> None:
    found = [
        (line, name)
        for line, name in find_identifiers(module)
        if name not in NAMES_BY_CONTRACT
        if PRIVATE_WORDS & {name.lower(), *split_words(name)}
    ]
    assert found == []
    assert not PRIVATE_WORDS & set(module.path.stem.split("_"))


def test_no_two_classes_share_a_name() -> None:
    assert find_repeated_classes(MODULES) == {}


def test_file_names_are_unique_but_by_convention() -> None:
    others = [
        module
        for module in MODULES
        if module.path.name not in FILES_BY_CONVENTION
        if not str(module.relative.parent).startswith(ONE_FILE_PER_RESOURCE)
    ]
    assert find_repeated_files(others) == {}


def test_functions_are_called_by_what_they_do() -> None:
    """A name of one word is seldom a verb phrase; those that stay are listed, and no new ones."""
    allowed = set(ONE_WORD_NAMES.read_text("utf-8").split())
    one_word = {
        f"{module.name}.{function.name}"
        for module in MODULES
        for function in module.functions
        if count_words(function.name) == 1
    }
    assert one_word - allowed == set(), "give these a verb phrase"
    assert allowed - one_word == set(), "take these off the list"

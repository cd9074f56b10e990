"""The tree in figures: names, lengths, doubles, circles, tests beside code: ``make measure``."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
PRODUCT = ("gazetteer", "boundaries", "web")
PRODUCTION = (*PRODUCT, "migrations", "tools", "benchmarks")
LINES_OF_A_MODULE, LINES_OF_A_FUNCTION = 300, 40
CONVENTIONAL_FILES = {"__init__.py", "__main__.py"}
"""File names that Python itself asks for; all others count as doubles where they occur twice."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2}")


@dataclass(frozen=True)
class Module:
    """One file of the tree."""

    path: Path

    @cached_property
    def text(self) -> str:
        """Its source text."""
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    @property
    def relative(self) -> Path:
        """Its path from the root of the project."""
        return self.path.relative_to(ROOT)

    @property
    def package(self) -> str:
        """Its folder, dotted; for a file directly in one of the three packages, the file itself."""
        parts = self.relative.with_suffix("").parts
        folder = parts[:-1]
        alone = len(folder) == 1 and folder[0] in PRODUCT and parts[-1] != "__init__"
        return ".".join(parts if alone else folder)

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(self.relative.with_suffix("").parts).removesuffix(".__init__")

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n")

    @cached_property
    def functions(self) -> list[Function]:
        """Functions and methods, without those whose names Python gives."""
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, Function) and not node.name.startswith("__")
        ]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """All classes."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]


def find_modules(packages: Iterable[str]) -> list[Module]:
    """The Python files below some folders of the root, generated and foreign ones left out."""
    return [
        Module(path)
        for package in packages
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    ]


def count_words(name: str) -> int:
    """Words of a name in snake case: ``_build_index`` has two."""
    return len([word for word in name.split("_") if word])


def count_function_lines(function: Function) -> int:
    """From ``def`` to the last line."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def find_repeated_files(modules: Iterable[Module]) -> dict[str, list[Module]]:
    """File names that occur twice or more."""
    by_name: dict[str, list[Module]] = defaultdict(list)
    for module in modules:
        if module.path.name not in CONVENTIONAL_FILES:
            by_name[module.path.name].append(module)
    return {name: found for name, found in sorted(by_name.items()) if len(found) > 1}


def find_repeated_classes(modules: Iterable[Module]) -> dict[str, list[Module]]:
    """Class names that two modules define."""
    by_name: dict[str, list[Module]] = defaultdict(list)
    for module in modules:
        for node in module.classes:
            by_name[node.name].append(module)
    return {name: found for name, found in sorted(by_name.items()) if len(found) > 1}


def find_text_pairs(module: Module) -> Iterator[int]:
    """Lines where a Chinese text stands beside its English one, as arguments or in a tuple."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(args=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
                texts = [_literal_text(part) for part in parts]
            case _:
                continue
        for zh, en in pairwise(texts):
            if _HAN.search(zh) and _LATIN_WORD.search(en) and not _HAN.search(en):
                yield node.lineno


def _literal_text(node: ast.expr | None) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_literal_text(part) for part in parts)
        case _:
            return ""


def find_imports(module: Module, known: Mapping[str, Module]) -> Iterator[Module]:
    """The modules of the project that a module imports, wherever in it."""
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module or "" for name in inner]
        yield from (known[name] for name in names if name in known)


def find_circles(modules: Iterable[Module]) -> list[list[str]]:
    """Packages that import each other, directly or through others (strong components)."""
    known = {module.name: module for module in modules}
    arrows: dict[str, set[str]] = defaultdict(set)
    for module in known.values():
        arrows[module.package].update(other.package for other in find_imports(module, known))
    reached = {start: _reach(start, arrows) for start in list(arrows)}
    circles = {
        tuple(sorted(other for other in far if start in reached.get(other, set())))
        for start, far in reached.items()
        if start in far
    }
    return [list(circle) for circle in sorted(circles) if len(circle) > 1]


def _reach(start: str, arrows: Mapping[str, set[str]]) -> set[str]:
    """Every package that can be reached over at least one arrow to another package."""
    seen: set[str] = set()
    waiting = [other for other in arrows.get(start, ()) if other != start]
    while waiting:
        package = waiting.pop()
        if package not in seen:
            seen.add(package)
            waiting.extend(other for other in arrows.get(package, ()) if other != package)
    return seen


def measure_tree() -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, how much, and the bound where there is one."""
    modules = find_modules(PRODUCTION)
    product = find_modules(PRODUCT)
    tests = find_modules(["tests"])
    functions = [function for module in modules for function in module.functions]
    yield "modules", str(len(modules)), ""
    yield from _measure_names(modules, functions)
    yield from _measure_lengths(modules, functions)
    pairs = sum(len(list(find_text_pairs(module))) for module in modules)
    yield "zh/en text pairs outside the catalogues", str(pairs), "0"
    yield "packages that import in a circle", str(len(find_circles(product))), "0"
    code, test = (sum(module.lines for module in group) for group in (modules, tests))
    yield "lines of code", f"{code:,}", ""
    yield "lines of tests / lines of code", f"{test / code:.2f}", ""


def _measure_names(
    modules: list[Module], functions: list[Function]
) -> Iterator[tuple[str, str, str]]:
    words = [count_words(function.name) for function in functions]
    yield "functions", f"{len(functions):,}", ""
    yield "mean words in a function name", f"{sum(words) / len(words):.2f}", ""
    yield "one-word function names", f"{words.count(1) / len(words):.1%}", "≤ 35 %"
    repeated = find_repeated_files(modules)
    share = sum(len(found) for found in repeated.values()) / len(modules)
    yield "file names that occur twice", f"{share:.1%} ({', '.join(repeated)})", "≤ 10 %"
    classes = find_repeated_classes(modules)
    yield "class names that occur twice", f"{len(classes)} {', '.join(classes)}".strip(), "0"


def _measure_lengths(
    modules: list[Module], functions: list[Function]
) -> Iterator[tuple[str, str, str]]:
    lengths = [count_function_lines(function) for function in functions]
    long_modules = [m for m in modules if m.lines > LINES_OF_A_MODULE]
    long_functions = sum(length > LINES_OF_A_FUNCTION for length in lengths)
    yield "lines of a module, median", f"{median(m.lines for m in modules):.0f}", ""
    yield "lines of a function, median", f"{median(lengths):.0f}", ""
    yield f"modules over {LINES_OF_A_MODULE} lines", str(len(long_modules)), "0"
    yield f"functions over {LINES_OF_A_FUNCTION} lines", str(long_functions), "0"


def main() -> None:
    """Print the table, then the one-word names by package."""
    for what, value, bound in measure_tree():
        print(f"{what:45} {value:>10}  {bound}".rstrip())
    print()
    total: Counter[str] = Counter()
    one_word: Counter[str] = Counter()
    for module in find_modules(PRODUCTION):
        for function in module.functions:
            total[module.package] += 1
            one_word[module.package] += count_words(function.name) == 1
    print(f"{'package':45} functions  one-word names")
    for package in sorted(total):
        print(f"{package:45} {total[package]:9}  {one_word[package] / total[package]:.0%}")


if __name__ == "__main__":
    main()

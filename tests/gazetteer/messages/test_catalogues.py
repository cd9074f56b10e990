"""The message catalogues are complete: for the code, the templates, the scripts and each other."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import gazetteer.messages
from gazetteer.messages import LANGS
from gazetteer.messages.catalogue import load_catalogue

ROOT = Path(__file__).parents[3]
FOLDER = Path(gazetteer.messages.__file__).parent
PYTHON = [
    path for room in ("gazetteer", "boundaries", "web") for path in (ROOT / room).rglob("*.py")
]
TEMPLATES = [*(ROOT / "web/pages/templates").glob("*.html")]
SCRIPTS = [*(ROOT / "web/client/src").rglob("*.ts")]

API_TEXT = "api:"
"""Begins the ids of API descriptions, whose English words are the docstrings of the code."""

WORDING_CALLS = {"message", "Message", "find_template", "find_script_text", "t", "translate"}
"""Functions whose first argument is the id of a message."""

OWN_PARAMETERS = {
    "event.unit": "names are romanised for readers of English",
    "event.unit_with_code": "names are romanised for readers of English",
    "finding.recorded_text": "both languages were stored before there were catalogues",
    "layer.json_invalid_at": "the reason of the parser is in English",
}
"""Messages that show different parameters in each language, with the reason."""

CHINESE_IN_ENGLISH = {"unit.custody": "the term has no exact counterpart"}
"""Messages that quote a Chinese term in English, with the reason."""

JOINED = {
    "check.": "gazetteer/records/record_checks.py joins the parts of the id",
    "legal_class.": "boundaries/exports/value_labels.py, by the value of a column",
    "beyond.": "boundaries/exports/value_labels.py, by the value of a column",
    "geocode.explain.fault.": "gazetteer/search/geocoder/explanation.py, by what a fault has",
    "finding.recorded_text": "migrations/versions/r0008_messages.py stores it",
}
"""Prefixes of ids that the code computes in a way that this test does not see, with the place."""

CHINESE = re.compile(r"[一-鿿]")
ID = re.compile(r"[a-z_]+(?:\.[\w-]+)+")
COMPUTED_ID = re.compile(r"[a-z_]+\\\..*|\.\+\\\.[a-z_]+")
"""A pattern that begins or ends with a part of an id."""


def ids_of(lang: str) -> set[str]:
    return {id_ for id_ in load_catalogue(lang).templates if not id_.startswith(API_TEXT)}


def parameters_of(template: str) -> set[str]:
    """The names between braces, without attributes: ``on`` of ``{on.year}``."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return {re.split(r"[.\[]", name)[0] for name in names}


@cache
def parse_catalogue(lang: str) -> Catalog:
    with (FOLDER / f"{lang}.po").open("rb") as file:
        return read_po(file)


def iter_literals(path: Path) -> Iterator[tuple[str, bool]]:
    """The texts in a module, and whether each is the first argument of a wording function."""
    tree = ast.parse(path.read_text("utf-8"))
    arguments = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and name_of(node.func) in WORDING_CALLS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, id(node) in arguments
        elif isinstance(node, ast.IfExp) and id(node) in arguments:
            for part in (node.body, node.orelse):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, True


def name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def iter_formatted(path: Path) -> Iterator[str]:
    """Patterns of the ids that a module computes: f-strings, and prefixes of code lists."""
    text = path.read_text("utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
            yield "".join(r".+" if part is None else re.escape(str(part)) for part in parts)
    yield from (
        rf"{prefix}\..+{re.escape(suffix)}"
        for prefix, suffix in re.findall(r'\bknown\("(\w+)", (?:f"\{\w+\}([.\w]*)"|\w+)', text)
    )


def used_in_templates() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    conditional = re.findall(r'\bt\("([\w.]+)" if .+? else "([\w.]+)"', text)
    return {
        *re.findall(r"""\bt\(["']([\w.]+)["']\s*[,)]""", text),
        *(id_ for pair in conditional for id_ in pair),
    }


def computed_in_templates() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    starts = re.findall(r"""\bt\(["']([\w.]+)["'] ~""", text)
    prefixes = re.findall(r"""\bd\.known\(["'](\w+)["']""", text)
    return {rf"{re.escape(start)}.+" for start in (*starts, *(f"{p}." for p in prefixes))}


def used_in_scripts() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    return set(re.findall(r'\bt\("([\w.]+)"', text))


def computed_in_scripts() -> set[str]:
    text = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    return {
        re.sub(r"\\\$\\\{.+?\\\}", ".+", re.escape(template))
        for template in re.findall(r"\bt\(`(.+?)`", text)
    }


LITERALS = [literal for path in PYTHON for literal in iter_literals(path)]
USED = {
    *(value for value, is_id in LITERALS if is_id),
    *used_in_templates(),
    *used_in_scripts(),
}
COMPUTED = {
    *(pattern for path in PYTHON for pattern in iter_formatted(path)),
    *computed_in_templates(),
    *computed_in_scripts(),
}


def test_there_are_sources_to_search() -> None:
    assert len(PYTHON) > 100 and len(TEMPLATES) > 20 and len(SCRIPTS) > 20
    assert len(USED) > 300


@pytest.mark.parametrize("lang", LANGS)
def test_every_language_has_every_message(lang: str) -> None:
    assert ids_of(lang) ^ set().union(*map(ids_of, LANGS)) == set()


def test_every_message_that_is_used_exists() -> None:
    assert {id_ for id_ in USED if ID.fullmatch(id_) or "." not in id_} - ids_of("zh") == set()


@pytest.mark.parametrize("pattern", sorted({*computed_in_templates(), *computed_in_scripts()}))
def test_computed_ids_have_messages(pattern: str) -> None:
    assert any(re.fullmatch(pattern, id_) for id_ in ids_of("zh"))


def test_no_message_is_unused() -> None:
    mentioned = {value for value, _ in LITERALS} | USED
    computed = re.compile("|".join(filter(COMPUTED_ID.fullmatch, COMPUTED)))
    unused = {
        id_
        for id_ in ids_of("zh") - mentioned
        if not computed.fullmatch(id_) and not id_.startswith(tuple(JOINED))
    }
    assert unused == set()


@pytest.mark.parametrize("lang", LANGS)
def test_plural_forms_are_complete(lang: str) -> None:
    catalogue = parse_catalogue(lang)
    for entry in catalogue:
        if entry.pluralizable:
            forms = list(entry.string or ())
            assert len(forms) == catalogue.num_plurals, entry.id
            assert all(form.strip() for form in forms), entry.id
    for n in range(200):
        assert 0 <= gettext.c2py(catalogue.plural_expr)(n) < catalogue.num_plurals


@pytest.mark.parametrize("lang", LANGS)
def test_messages_that_count_have_plural_forms_in_every_language(lang: str) -> None:
    plural = {
        lang: {entry.id[0] for entry in parse_catalogue(lang) if entry.pluralizable}
        for lang in LANGS
    }
    assert plural[lang] == set().union(*plural.values())


def test_all_languages_and_forms_show_the_same_parameters() -> None:
    """A form for one thing need not show the number."""
    for id_ in ids_of("zh") - OWN_PARAMETERS.keys():
        languages = [load_catalogue(lang).templates[id_] for lang in LANGS]
        ignored = {"n"} if any(len(forms) > 1 for forms in languages) else set()
        shown = {frozenset(parameters_of(form) - ignored) for forms in languages for form in forms}
        assert len(shown) == 1, id_


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_empty_or_unfinished(lang: str) -> None:
    for id_, forms in load_catalogue(lang).templates.items():
        assert all(form.strip() and "TODO" not in form for form in forms), id_


def test_english_texts_have_no_chinese() -> None:
    for id_ in ids_of("en") - CHINESE_IN_ENGLISH.keys():
        assert not CHINESE.search("".join(load_catalogue("en").templates[id_])), id_


def test_chinese_texts_have_no_english_sentences() -> None:
    """Names and codes may be all that a text has; several English words in a row are a sentence."""
    for id_, forms in load_catalogue("zh").templates.items():
        if not id_.endswith(".origin"):
            words = re.sub(r"`[^`]*`|“[^”]*”|\{[^}]*\}|\S*[_./@-]\S*", "", "".join(forms))
            assert CHINESE.search(words) or not re.search(r"[a-z]+ [a-z]+ [a-z]+", words), id_

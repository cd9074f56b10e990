"""The search for defects in the names of the whole register: one run, in one transaction."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import psycopg
from psycopg import Connection

from gazetteer.naming.defect_kinds import DEFECT_QUERIES, NEAR_PLACES, DefectKind
from gazetteer.naming.key_derivation import renew_name_keys
from gazetteer.naming.lexicon_files import Lexicon
from gazetteer.naming.lexicon_store import load_lexicons
from gazetteer.progress import Progress

Conn = Connection[Any]

_STORE = """
INSERT INTO naming_defect (kind, rule, unit_id, subject, name_ids, places)
SELECT %(kind)s, %(rule)s, found.* FROM ({statement}) found
"""
_NAMES = """
SELECT name_id, county, coalesce(specific_key, text_key) FROM name_key
WHERE valid @> %(at)s::date AND legal_class <> 'division'
"""
_START_RUN = """
INSERT INTO naming_defect_run (seq, at, started_at, finished_at, names)
SELECT h.seq, %(at)s, transaction_timestamp(), clock_timestamp(),
       (SELECT count(DISTINCT name_id) FROM name_key WHERE valid @> %(at)s::date)
FROM ledger_head h
"""
_KIND_OF_WORD = {
    "big": DefectKind.OVERSIZED,
    "foreign": DefectKind.FOREIGNIZED,
    "odd": DefectKind.ODD,
}
_LOCK = 0x6E616D65  # "name": two runs at once would double the defects


def find_defects(conn: Conn, at: date, report_progress: Progress) -> None:
    """Replace the stored defects by those that the names have on a day.

    Whatever ends the run before it is complete leaves the defects of the run before.

    Args:
        conn: autocommit connection.
        at: the day; as the register is known now.
        report_progress: called with the number of searches that are done.
    """
    renew_name_keys(conn)
    lexicons = load_lexicons(conn)
    total = len(DEFECT_QUERIES) + 1
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        conn.execute("DELETE FROM naming_defect")
        _collect_near_places(conn, at)
        for done, query in enumerate(DEFECT_QUERIES):
            report_progress(done, total, query.kind.value)
            statement = _STORE.format(statement=query.statement)
            params = {"at": at, "kind": query.kind, "rule": query.rule}
            conn.execute(statement.encode(), params)
        report_progress(total - 1, total, DefectKind.ODD.value)
        _store_word_defects(conn, at, lexicons)
        conn.execute(_START_RUN, {"at": at})
    report_progress(total, total, "")
    conn.execute("ANALYZE naming_defect")


def _collect_near_places(conn: Conn, at: date) -> None:
    cursor = psycopg.ClientCursor(conn)  # a statement that makes a table takes no parameters
    cursor.execute(NEAR_PLACES, {"at": at})
    conn.execute("ANALYZE near_place")


class _DefectWords:
    """The words that are defects, found in a text in one pass, however many they are."""

    def __init__(self, lexicons: Mapping[str, Lexicon]) -> None:
        self._kind_of_word = dict.fromkeys(lexicons["foreign_names"].rows, DefectKind.FOREIGNIZED)
        for word, row in lexicons["grandiose"].rows.items():
            self._kind_of_word[word] = _KIND_OF_WORD[row["kind"]]
        longest_first = sorted(self._kind_of_word, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def find_in(self, text: str) -> Iterator[tuple[DefectKind, str]]:
        """The words in a text, each with its kind."""
        for word in dict.fromkeys(self._pattern.findall(text)):
            yield self._kind_of_word[word], word


def _store_word_defects(conn: Conn, at: date, lexicons: Mapping[str, Lexicon]) -> None:
    """Names with words that claim too much, sound foreign or are odd: by word and county."""
    words = _DefectWords(lexicons)
    found: dict[tuple[DefectKind, str, Any], list[Any]] = {}
    with conn.cursor("naming_words") as names:
        names.itersize = 20_000
        names.execute(_NAMES, {"at": at})
        for name_id, county, text in names:
            for kind, word in words.find_in(text):
                found.setdefault((kind, word, county), []).append(name_id)
    with (
        conn.cursor() as cursor,
        cursor.copy(
            "COPY naming_defect (kind, rule, unit_id, subject, name_ids, places) FROM STDIN"
        ) as copy,
    ):
        for (kind, word, county), ids in found.items():
            rule = "NR-008" if word in lexicons["foreign_names"].rows else "NR-003"
            copy.write_row((kind, rule, county, word, ids, len(ids)))

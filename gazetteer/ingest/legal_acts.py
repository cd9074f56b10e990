"""Legal documents named by the files, one act for each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version

AUTHORITY_PATTERN = re.compile(
    r"(国务院|民政部|(?:第.届)?全国人民代表大会|\w{2,8}?(?:省|自治区)人民政府)"
)
PLACEHOLDER_TITLES = frozenset({"", "摘录", "来源请求"})
"""Titles of the source that only mark an excerpt or a missing reference."""


@dataclass
class LegalActs:
    """The acts found so far; a document is one act wherever it is named."""

    by_key: dict[tuple[str, str, str], Timeline] = field(default_factory=dict)

    def find_or_add_act(
        self,
        number: str,
        title: str,
        approved_on: date | None,
        source: str,
        *,
        effective_on: date | None = None,
    ) -> UUID | None:
        """The act of a document; None where the source names no document at all."""
        stated_title = "" if title in PLACEHOLDER_TITLES else title
        if not number and not stated_title:
            return None
        key = (number, stated_title, str(approved_on or ""))
        if key not in self.by_key:
            self.by_key[key] = _build_act_timeline(
                key, number, stated_title, approved_on, source, effective_on
            )
        return self.by_key[key].record_id

    def __len__(self) -> int:
        return len(self.by_key)

    def __iter__(self) -> Iterator[Timeline]:
        return iter(self.by_key.values())


@dataclass(frozen=True, slots=True)
class StatedAct:
    """The act behind a change, as the one who enters the change states it."""

    title: str
    number: str | None = None
    approved_on: date | None = None
    effective_on: date | None = None

    def find_known_id(self, conn: Connection[Any]) -> UUID | None:
        """The act on record with this number, or with this title if no number is stated."""
        column, value = ("number", self.number) if self.number else ("title", self.title)
        row = conn.execute(
            sql.SQL(
                "SELECT record_id FROM act_version WHERE {} = %s AND upper_inf(recorded)"
                " ORDER BY approved_on DESC NULLS LAST LIMIT 1"
            ).format(sql.Identifier(column)),
            (value,),
        ).fetchone()
        return row[0] if row else None

    def build_timeline(self) -> Timeline:
        """The record of an act that is not on record yet."""
        key = (self.number or "", self.title, str(self.approved_on or ""))
        return _build_act_timeline(
            key, self.number or "", self.title, self.approved_on, "", self.effective_on
        )


def parse_authority(title: str) -> str | None:
    """The approving authority, where the title begins with it."""
    match = AUTHORITY_PATTERN.match(title)
    if match is None:
        return None
    return "全国人民代表大会" if "全国人民代表大会" in match[1] else match[1]


def _build_act_timeline(
    key: tuple[str, str, str],
    number: str,
    title: str,
    approved_on: date | None,
    source: str,
    effective_on: date | None,
) -> Timeline:
    attributes = {
        "title": title or number,
        "number": number or None,
        "authority": parse_authority(title),
        "approved_on": approved_on,
        "effective_on": effective_on,
        "announced_on": None,
        "implemented_on": None,
        "source": source or None,
        "remark": None,
    }
    return Timeline("act", derive_record_id("act", *key), (Version(Period(), attributes),))

"""Units of county level and above over time: records of codes and changes made into a batch."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

from gazetteer.intake import rows
from gazetteer.intake.acts import Acts
from gazetteer.intake.batch import Batch, Made, Progress, file_name, no_progress
from gazetteer.intake.days import Days, History, Stated
from gazetteer.intake.findings import Findings
from gazetteer.intake.identity import Link, links, passings, units_of
from gazetteer.intake.ids import record_id
from gazetteer.intake.index import Carried, UnitIndex
from gazetteer.intake.parts import unit_type
from gazetteer.intake.read import read_table
from gazetteer.intake.rows import ChangeRow, RecordRow
from gazetteer.intake.spans import clip
from gazetteer.intake.territory import territory
from gazetteer.intake.units import Stage, UnitLife, timelines
from gazetteer.ledger.bounds import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

RANK = {"province": 0, "prefecture": 1, "county": 2}
STATED_COLUMNS = ("code", "since_year", "day_of_effect", "document_no", "document_title",
                  "approval_date", "source_url")  # fmt: skip
IN_CUSTODY_OF = frozenset({"地级市", "地区", "盟"})
"""Prefectures that hold county-level cities in custody (代管); an autonomous prefecture governs
its own, so there it is the parent by subordination."""


def records(
    records_file: Path,
    changes_file: Path | None = None,
    stated_file: Path | None = None,
    progress: Progress = no_progress,
) -> Batch:
    """The history of all units of county level and above.

    Without changes every period stands for itself and its days are known by year only.
    ``stated_file`` gives days of effect that an act states, for single periods.

    Raises:
        UnreadableFile: a file cannot be read as CSV with the columns it must have.
    """
    findings = Findings(file_name(records_file))
    table, read = rows.records(records_file, findings)
    known = _with_parents(read, findings)
    tables, all_findings = [table], [findings]
    change_rows: list[ChangeRow] = []
    told = findings
    if changes_file is not None:
        told = Findings(file_name(changes_file))
        changes_table, change_rows = rows.changes(changes_file, told)
        tables.append(changes_table)
        all_findings.append(told)
    acts = Acts()
    stated = _stated(stated_file, acts, findings) if stated_file else {}
    maker = _Maker(known, change_rows, acts, stated, told, file_name(records_file), progress)
    made = maker.made()
    return Batch(
        source=", ".join(t.path.name for t in tables),
        parts=(Made(list(acts)), Made(made)),
        rejections=tuple(found for f in all_findings for found in f.found),
        rows={t.path.name: len(t.rows) for t in tables},
        encodings={t.path.name: t.encoding for t in tables},
        known=maker.index,
        territory=territory(made),
    )


def _with_parents(read: Sequence[RecordRow], findings: Findings) -> list[RecordRow]:
    """The records whose parent is known; orphans are told, and what hangs below them too."""
    known = {record.code for record in read if record.level == "province"}
    kept: list[RecordRow] = []
    for level in RANK:
        here = [record for record in read if record.level == level]
        good = [r for r in here if level == "province" or r.parent_code in known]
        for record in here:
            if level != "province" and record.parent_code not in known:
                findings.add("unknown_parent", record.line, "parent_code", record.parent_code)
        known |= {record.code for record in good}
        kept += good
    return kept


def _stated(path: Path, acts: Acts, findings: Findings) -> dict[tuple[str, int], Stated]:
    found: dict[tuple[str, int], Stated] = {}
    told = Findings(file_name(path))
    for line, row in read_table(path, STATED_COLUMNS, told).rows:
        try:
            day = date.fromisoformat(row["day_of_effect"])
            approved = date.fromisoformat(row["approval_date"]) if row["approval_date"] else None
            since = int(row["since_year"])
        except ValueError:
            told.add("bad_date", line, "day_of_effect", row["day_of_effect"])
            continue
        act = acts.act(
            row["document_no"], row["document_title"], approved, row["source_url"], effective_on=day
        )
        found[row["code"], since] = Stated(day, act)
    findings.found += told.found
    return found


class _Maker:
    """Turns a checked history into timelines, from the provinces down."""

    def __init__(
        self,
        known: Sequence[RecordRow],
        change_rows: Sequence[ChangeRow],
        acts: Acts,
        stated: dict[tuple[str, int], Stated],
        findings: Findings,
        source: str,
        progress: Progress,
    ) -> None:
        self._history = History(known, _resolvable(known, change_rows, findings))
        self._acts = {
            c.line: acts.act(c.number, c.title, c.approved_on, c.url) for c in self._history.changes
        }
        self._days = Days(self._history, self._acts, stated, findings)
        self._spans = self._days.spans()
        self._passed = passings(self._history)
        self._unit = units_of(self._history, self._passed)
        self.index = UnitIndex()
        self._findings, self._source, self._progress = findings, source, progress

    def made(self) -> list[Timeline]:
        """Units with their codes, places, names and spellings; then the successions."""
        made: list[Timeline] = []
        lives = self._by_unit()
        for done, (first, numbers) in enumerate(lives):
            life = self._life(first, numbers)
            self.index.add(carried(life))
            made.extend(timelines(life))
            self._progress(done + 1, len(lives), self._source)
        made.extend(self._successions())
        return made

    def _by_unit(self) -> list[tuple[int, list[int]]]:
        members: dict[int, list[int]] = defaultdict(list)
        records = self._history.records
        for number in sorted(range(len(records)), key=lambda n: records[n].since):
            members[self._unit[number]].append(number)
        return sorted(members.items(), key=lambda item: (RANK[records[item[0]].level], item[0]))

    def _life(self, first: int, numbers: Sequence[int]) -> UnitLife:
        records = self._history.records
        stages = [stage for number in numbers for stage in self._stages(number)]
        return UnitLife(self._key(first), records[first].level, tuple(stages), self._source)

    def _key(self, number: int) -> str:
        record = self._history.records[number]
        return f"{record.code}@{record.since}"

    def _stages(self, number: int) -> Iterator[Stage]:
        """The period, cut where its parent, or its parent's parent, is handed on."""
        record, span = self._history.records[number], self._spans[number]
        if not record.parent_code:
            yield Stage(span, record.code, record.name, None)
            return
        for parent in self.index.during(record.parent_code, span):
            piece = clip(span, parent.span)
            if not _held_in_custody(record, parent):
                yield Stage(piece, record.code, record.name, parent.unit_id)
                continue
            for province in self.index.during(f"{parent.code[:2]}0000", piece):
                yield Stage(
                    clip(piece, province.span), record.code, record.name,
                    province.unit_id, parent.unit_id,
                )  # fmt: skip

    def _successions(self) -> Iterator[Timeline]:
        for link in links(self._history, self._passed, self._unit):
            bound = self._bound(link)
            old, new = self._uuid(link.old), self._uuid(link.new)
            share = 1.0 if link.whole else None
            attributes = {
                "from_unit": old,
                "to_unit": new,
                "link_kind": link.kind,
                "share_from": share,
                "share_to": share,
                "area_m2": None,
                "source": self._findings.file if link.change else "derived from its members",
            }
            yield Timeline(
                "succession",
                record_id("succession", str(old), str(new), str(bound.on)),
                (Version(Period(bound), attributes),),
            )

    def _uuid(self, number: int) -> UUID:
        return record_id("unit", self._key(self._unit[number]))

    def _bound(self, link: Link) -> PeriodEnd:
        """The day of the link; never before both units are there."""
        bound = self._days.bound_of(link.change) if link.change else self._spans[link.old].end
        latest = max(self._spans[n].start.on or date.min for n in (link.old, link.new))
        if bound.on is not None and bound.on < latest:
            return PeriodEnd(latest, bound.act, Precision.INFERRED)
        return bound


def _held_in_custody(record: RecordRow, parent: Carried) -> bool:
    kind = unit_type(record.name, record.level, record.code)
    return kind == "县级市" and parent.level == "prefecture" and parent.unit_type in IN_CUSTODY_OF


def carried(life: UnitLife) -> Iterator[Carried]:
    """The periods of codes of a unit, for the index."""
    for s in life.stages:
        kind = unit_type(s.name, life.level, s.code)
        yield Carried(life.unit_id, s.code, s.span, life.level, s.name, kind)


def _resolvable(
    known: Sequence[RecordRow], change_rows: Sequence[ChangeRow], findings: Findings
) -> list[ChangeRow]:
    """The changes whose both sides are periods of the records."""
    history = History(known, ())
    kept: list[ChangeRow] = []
    for change in change_rows:
        old = history.old(change)
        inside = old is not None and _within(history.records[old], change.year)
        if not inside:
            findings.add("unknown_record", change.line, "old_code", change.old_code)
        elif change.new_code and history.new(change) is None:
            findings.add("unknown_record", change.line, "new_code", change.new_code)
        else:
            kept.append(change)
    return kept


def _within(record: RecordRow, year: int) -> bool:
    return record.since <= year and (record.until is None or year <= record.until)

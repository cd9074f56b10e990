"""The lives of townships as units under their parents, and the successions between them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.legal_acts import LegalActs
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.period_clipping import clip_period
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.township_history import TownshipHistory, TownshipPeriod
from gazetteer.ingest.typed_rows import TownshipRow
from gazetteer.ingest.unit_records import UnitLife, UnitLifeStage
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline, Version

CONVERSION_REASONS = frozenset(
    f"撤{old}{verb}{new}"
    for old in ("乡", "镇", "街道")
    for verb in ("设", "建")
    for new in ("乡", "镇", "街道")
    if old != new
)
"""Reasons that turn one township into one of another type on its territory."""


@dataclass
class TownshipLifeBuilder:
    """Builds the lives of units under their parents from periods.

    ``parent_codes`` are by the code of the township, where the divisions file states them;
    ``records_start`` is where the records of townships begin.
    """

    code_index: CodeIndex
    acts: LegalActs
    findings: LoadFindingCollector
    source: str
    parent_codes: Mapping[str, str]
    records_start: PeriodEnd

    def iter_unit_lives(
        self, history: TownshipHistory
    ) -> Iterator[tuple[UnitLife, list[TownshipPeriod]]]:
        """Every unit with the periods that make it up."""
        next_periods = {id(p.previous): p for p in history.periods if p.previous is not None}
        for period in history.periods:
            if period.previous is not None:
                continue
            chain = [period]
            while id(chain[-1]) in next_periods:
                chain.append(next_periods[id(chain[-1])])
            stages = [stage for p in chain for stage in self._iter_stages(p)]
            if not stages:
                self._report_lost_period(period)
                continue
            first = stages[0].period.start.on
            key = f"{chain[0].code}@{first.year if first else ''}"
            yield UnitLife(key, "township", tuple(_close_stage_gaps(stages)), self.source), chain

    def _report_lost_period(self, period: TownshipPeriod) -> None:
        row = period.since or period.until
        line = row.line if row else 0
        self.findings.add_finding(
            "parent_not_in_force", line, "code", period.code, name=period.key[1]
        )

    def build_period_end(self, row: TownshipRow | None, default: PeriodEnd) -> PeriodEnd:
        """1 January of the year of a change, by its document."""
        if row is None:
            return default
        act = self.acts.find_or_add_act(row.document, "", None, self.findings.file)
        return PeriodEnd(date(row.year, 1, 1), act, Precision.YEAR)

    def _iter_stages(self, period: TownshipPeriod) -> Iterator[UnitLifeStage]:
        span = Period(
            self.build_period_end(period.since, self.records_start),
            self.build_period_end(period.until, PeriodEnd()),
        )
        parent_code = self.parent_codes.get(period.code, period.key[0])
        for number, parent in enumerate(self.code_index.iter_during(parent_code, span)):
            piece = clip_period(span, parent.period)
            if number == 0 and piece.start.on != span.start.on:
                # The code begins with its parent's: no earlier day is known of it.
                start = PeriodEnd(piece.start.on, piece.start.act, Precision.INFERRED)
                piece = Period(start, piece.end)
            yield UnitLifeStage(
                piece, period.code, period.key[1], parent.unit_id, code_system=period.code_system
            )


def _close_stage_gaps(stages: Sequence[UnitLifeStage]) -> Iterator[UnitLifeStage]:
    """Stages in order; until its new parent begins, a moved township stays with the old one."""
    for stage, after in zip(stages, [*stages[1:], None], strict=True):
        if after is not None and stage.period.end.on != after.period.start.on:
            yield replace(stage, period=Period(stage.period.start, after.period.start))
        else:
            yield stage


def iter_successions(
    history: TownshipHistory, unit_ids: Mapping[int, UUID], life_builder: TownshipLifeBuilder
) -> Iterator[Timeline]:
    """Successions that the list states: conversions one to one, mergers into one township."""
    givers = Counter(id(old) for old, _, _ in history.pairs)
    takers = Counter(id(new) for _, new, _ in history.pairs)
    for old, new, row in history.pairs:
        old_unit, new_unit = unit_ids.get(id(old)), unit_ids.get(id(new))
        if old_unit is None or new_unit is None or old_unit == new_unit:
            continue
        one_to_one = givers[id(old)] == 1 and takers[id(new)] == 1
        if one_to_one and row.reason in CONVERSION_REASONS:
            kind = "continues"
        elif givers[id(old)] == 1 and takers[id(new)] > 1:
            kind = "absorbed"
        else:
            continue  # sides that share a row of the sheet: their territories are not known
        attributes = {
            "from_unit": old_unit,
            "to_unit": new_unit,
            "link_kind": kind,
            "share_from": None,
            "share_to": None,
            "area_m2": None,
            "source": life_builder.findings.file,
        }
        bound = life_builder.build_period_end(row, PeriodEnd())
        yield Timeline(
            "succession",
            derive_record_id("succession", str(old_unit), str(new_unit), str(bound.on)),
            (Version(Period(bound), attributes),),
        )

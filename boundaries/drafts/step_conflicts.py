"""What a step and a publication disagree about: as it was, as it is now, as the step has it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection

from boundaries.drafts.draft_replay import StepInConflict
from boundaries.network.edge_versions import decode_line
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.draft import DraftConflict
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.ledger.versions import Version
from gazetteer.messages import message
from gazetteer.problems import LaterChange

JsonObject = dict[str, Any]
_MARGIN_DEGREES = 0.0005


def build_problem(
    conn: Connection[Any], known: KnownRecords, conflict: StepInConflict
) -> DraftConflict | LaterChange:
    """The problem of a step that does not fit, with all that can be shown of it."""
    cause, step = conflict.cause, conflict.step
    details = [*_list_stretches(conn, known, conflict), *_list_records(conn, known, conflict)]
    params: JsonObject = {"step": step.number, "day": cause.day}
    if cause.bound is None:
        return DraftConflict(
            message("draft.conflict", **params), field="step", step=step.number, conflicts=details
        )
    act = load_act(conn, cause.bound.act)
    words = (
        message("draft.later_change_by_act", **params, act=act["number"] or act["title"])
        if act
        else message("draft.later_change", **params)
    )
    day = cause.day.isoformat()
    return LaterChange(
        words, field="effective_on", step=step.number, day=day, act=act, conflicts=details
    )


def load_act(conn: Connection[Any], act_id: UUID | None) -> JsonObject | None:
    """Id, title and number of a published act."""
    row = conn.execute(
        "SELECT title, number FROM act_version WHERE record_id = %s AND upper_inf(recorded)"
        " ORDER BY lower(valid) DESC NULLS LAST LIMIT 1",
        (act_id,),
    ).fetchone()
    return {"act_id": str(act_id), "title": row[0], "number": row[1]} if row else None


def _list_stretches(
    conn: Connection[Any], known: KnownRecords, conflict: StepInConflict
) -> list[JsonObject]:
    """The stretches of borders that are no longer as the step met them."""
    changes = draft_store.load_step_changes(conn, LEDGER.kinds, conflict.step.step_id)
    found = []
    for stretch in conflict.step.footprint.stretches:
        ancestor = np.asarray(stretch)
        edge = _find_edge(changes, ancestor)
        if edge is None:
            continue
        day = conflict.cause.day
        current = DayRecords(known, day).find_record("edge", edge)
        ours = next((v for v in changes["edge", edge][1] if v.period.contains_day(day)), None)
        found.append(
            {
                "edge": str(edge),
                "ancestor": _build_line(ancestor),
                "theirs": _clip_line(current["geom"] if current else None, ancestor),
                "ours": _clip_line(ours.attributes["geom"] if ours else None, ancestor),
            }
        )
    return found


def _find_edge(
    changes: Mapping[RecordKey, tuple[tuple[Version, ...], tuple[Version, ...]]],
    stretch: np.typing.NDArray[np.float64],
) -> UUID | None:
    """The edge of a step that ran through a stretch."""
    middle = stretch[len(stretch) // 2]
    for (kind, record), (before, _) in changes.items():
        if kind == "edge":
            for version in before:
                if (decode_line(version.attributes["geom"]) == middle).all(axis=1).any():
                    return record
    return None


def _list_records(
    conn: Connection[Any], known: KnownRecords, conflict: StepInConflict
) -> list[JsonObject]:
    """The records that are no longer as the step met them, without geometries."""
    records = DayRecords(known, conflict.cause.day)
    changes = draft_store.load_step_changes(conn, LEDGER.kinds, conflict.step.step_id)
    found = []
    for key, fields in conflict.step.footprint.records.items():
        if key[0] in ("edge", "node"):
            continue
        before, after = changes.get(key, ((), ()))
        found.append(
            {
                "kind": key[0],
                "record_id": str(key[1]),
                "fields": sorted(fields or ()),
                "ancestor": _serialize_on(key[0], before, records.day),
                "theirs": _serialize_attributes(key[0], records.find_record(*key)),
                "ours": _serialize_on(key[0], after, records.day),
            }
        )
    return [row for row in found if row["ancestor"] != row["theirs"]]


def _serialize_on(kind: str, versions: tuple[Version, ...], day: date) -> JsonObject | None:
    """What a record is on the day of the conflict; None: it is not in force."""
    found = next((version for version in versions if version.period.contains_day(day)), None)
    return _serialize_attributes(kind, found.attributes if found else None)


def _serialize_attributes(kind: str, attributes: Mapping[str, Any] | None) -> JsonObject | None:
    if attributes is None:
        return None
    return dict(LEDGER.kinds[kind].serialize_attributes(attributes))


def _build_line(xy: np.typing.NDArray[np.float64]) -> JsonObject:
    return {"type": "LineString", "coordinates": xy.tolist()}


def _clip_line(geom: str | None, stretch: np.typing.NDArray[np.float64]) -> JsonObject | None:
    """The part of a line near a stretch, as GeoJSON."""
    if geom is None:
        return None
    (west, south), (east, north) = stretch.min(axis=0).tolist(), stretch.max(axis=0).tolist()
    margin = max(_MARGIN_DEGREES, east - west, north - south)
    clipped = shapely.clip_by_rect(
        shapely.LineString(decode_line(geom)),
        west - margin,
        south - margin,
        east + margin,
        north + margin,
    )
    return dict(shapely.geometry.mapping(clipped))

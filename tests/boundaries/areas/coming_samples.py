"""A register in which a county will be replaced by another one on a day to come."""

from datetime import date

import psycopg
import shapely

from boundaries.register_ledger import LEDGER
from gazetteer.ledger.as_of import today
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from tests.boundaries.areas.area_samples import AREAS_SINCE, record, unit, wkb

COMING = date(today().year + 1, 7, 1)
PROVINCE, PREFECTURE, STAYING, LEAVING, ARRIVING = "440000", "440100", "440106", "440111", "440199"
ACT = record("act", "coming")
ACT_TITLE = "国务院关于同意撤销白云区设立云山区的批复"

_SOUTH, _NORTH = (113.2, 23.0), (113.2, 23.2)
_LINES = {
    "between": (_SOUTH, _NORTH),
    "west": (_NORTH, (113.0, 23.2), (113.0, 23.0), _SOUTH),
    "east": (_SOUTH, (113.4, 23.0), (113.4, 23.2), _NORTH),
}
"""The borders of two counties side by side, each with its county on the left."""


def plant_succession(conn: psycopg.Connection) -> None:
    """Publish the counties, and the act by which one of them follows another one in time."""
    since = Period(PeriodEnd(AREAS_SINCE, None, Precision.FIRST_RECORD), UNBOUNDED)
    statements = [
        *unit(PROVINCE, "广东省", "province"),
        *unit(PREFECTURE, "广州市", "prefecture", PROVINCE),
        *unit(STAYING, "天河区", "county", PREFECTURE),
        *unit(LEAVING, "白云区", "county", PREFECTURE),
        *(
            Statement("node", record("node", name), since, _locate_node(place))
            for name, place in (("south", _SOUTH), ("north", _NORTH))
        ),
        draw_edge("between", since, STAYING, LEAVING),
        draw_edge("west", since, STAYING),
        draw_edge("east", since, LEAVING),
    ]
    LEDGER.publish_statements(conn, Changeset("registrar", "counties", "load"), statements)
    announced = Changeset("registrar", "announced", "act", acts=(ACT,))
    LEDGER.publish_statements(conn, announced, _list_announced())


def _list_announced() -> list[Statement]:
    """What the act announces: an end, a start, and who takes the territory over."""
    facts = {"title": ACT_TITLE, "number": "国函〔2026〕1号", "effective_on": COMING}
    then = Period(PeriodEnd(COMING, ACT, Precision.DAY), UNBOUNDED)
    link = {
        "from_unit": record("unit", LEAVING),
        "to_unit": record("unit", ARRIVING),
        "link_kind": "same",
        "share_from": 1.0,
        "share_to": 1.0,
    }
    ending = unit(LEAVING, "白云区", "county", PREFECTURE)
    starting = unit(ARRIVING, "云山区", "county", PREFECTURE)
    return [
        Statement("act", ACT, Period(), facts),
        *(Statement(one.kind, one.record_id, then, None) for one in ending),
        *(Statement(one.kind, one.record_id, then, one.attributes) for one in starting),
        Statement("succession", record("succession", "coming"), then, link),
        draw_edge("between", then, STAYING, ARRIVING),
        draw_edge("east", then, ARRIVING),
    ]


def _locate_node(place: tuple[float, float]) -> dict[str, object]:
    return {"location": wkb(shapely.Point(place)), "source": "made"}


def draw_edge(name: str, period: Period, left: str, right: str | None = None) -> Statement:
    ends = ("north", "south") if name == "west" else ("south", "north")
    attributes = {
        "start_node": record("node", ends[0]),
        "end_node": record("node", ends[1]),
        "left_unit": record("unit", left),
        "right_unit": record("unit", right) if right else None,
        "beyond": None if right else "outside",
        "geom": wkb(shapely.LineString(_LINES[name])),
        "accuracy_m": 1.0,
        "source": "made",
    }
    return Statement("edge", record("edge", name), period, attributes)

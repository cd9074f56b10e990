"""An outline: how a program draws the territory of a unit, as far as the borders do not follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import shapely

from gazetteer.messages import message
from gazetteer.problems import Conflict


@dataclass(frozen=True)
class Outline:
    """The territory of a unit as it was sent, in lon, lat degrees of CGCS2000.

    Attributes:
        unit_id: the unit; of one that is not established yet the id that it will have.
        area: None if the unit is to give up all its territory.
        new_unit: what a unit begins with that is not established yet; None for any other.
    """

    unit_id: UUID
    area: shapely.MultiPolygon | None
    new_unit: Mapping[str, Any] | None = field(default=None)


class OutlinesWait(Conflict):
    """Outlines were sent that do not close with those of their neighbours yet; names the units."""

    code = "outlines_wait"


def check_no_outline(outlines: Mapping[UUID, Outline], names: Mapping[UUID, str]) -> None:
    """Refuse to go on with a draft while outlines wait.

    Raises:
        OutlinesWait: they do.
    """
    if outlines:
        units = sorted(names.get(unit, str(unit)) for unit in outlines)
        raise OutlinesWait(message("draft.outlines_wait", units=units), units=units)

"""A table to be written to a file: rows with a geometry and columns, such as areas or findings."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, count
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from boundaries.layers.crs import CGCS2000, WGS84, recognize_crs, resolve_crs
from boundaries.layers.geometry_faults import Floats, Geometries
from boundaries.layers.layer_presentation import LayerPresentation
from boundaries.layers.polygon_layer import EPSG_4490, Layer
from gazetteer.messages import Lang, Message, message
from gazetteer.problems import InvalidValue

ColumnValues = Sequence[Any]


@dataclass(frozen=True, slots=True)
class OutputTable:
    """Geometries of any type (None where a row has none) and columns of the same length.

    Values are texts, numbers, booleans, dates or None; lists and objects are written as JSON text.

    Attributes:
        crs: ``EPSG:n`` with east first, or ``planar``.
        geometry_type: of all geometries, as GDAL calls it; ``Unknown`` where they are of several,
            None for a table without geometries. Programs that read a file before its first
            geometry comes (in a list of places, the first may have none) rely on it.
        value_types: of the columns that are not texts, where that must not depend on the values:
            ``int``, ``float`` or ``date``.
        presentation: how formats that can hold it describe and show the table.
    """

    name: str
    geometries: Geometries
    columns: Mapping[str, ColumnValues]
    crs: str = EPSG_4490
    geometry_type: str | None = "Unknown"
    value_types: Mapping[str, type] = field(default_factory=dict)
    presentation: LayerPresentation | None = None

    @property
    def epsg(self) -> int | None:
        """The EPSG code; None for planar metres."""
        return int(self.crs[5:]) if self.crs.startswith("EPSG:") else None


@dataclass(frozen=True, slots=True)
class LossyConversion:
    """Names or texts of a table that a format could not hold and that were changed."""

    message: Message

    def text(self, lang: Lang) -> str:
        """The words in a language."""
        return self.message.text(lang)


def build_layer_table(layer: Layer, name: str) -> OutputTable:
    """All features of a layer with their attributes."""
    names = dict.fromkeys(column for row in layer.attributes for column in row)
    columns = {column: [row.get(column) for row in layer.attributes] for column in names}
    return OutputTable(name, layer.geometries, columns, layer.crs)


def reproject_table(table: OutputTable, crs: str) -> OutputTable:
    """The table in another coordinate system on the datum of CGCS2000 or WGS 84.

    Degrees of the two are the same digit by digit; projections are computed, to less than 1 µm.

    Raises:
        InvalidValue: Another datum, or a table that is planar.
    """
    target = recognize_crs(resolve_crs(crs))
    number = target.crs.to_epsg()
    if target.datum not in (CGCS2000, WGS84) or number is None:
        raise InvalidValue(message("crs.not_written", crs=crs), field="crs")
    if table.crs != EPSG_4490:
        raise InvalidValue(message("crs.planar_not_converted"), field="crs")
    if target.is_cgcs2000_degrees:
        return replace(table, crs=f"EPSG:{number}")
    transformer = Transformer.from_crs(target.crs.geodetic_crs, target.crs, always_xy=True)

    def project_points(points: Floats) -> Floats:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    projected = np.asarray(shapely.transform(table.geometries, project_points), dtype=object)
    return replace(table, geometries=projected, crs=f"EPSG:{number}")


def as_plain_value(value: Any) -> Any:
    """The value as it is written to files: dates in ISO 8601, lists and objects as JSON text."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def build_column_array(
    column: ColumnValues, value_type: type | None = None
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The column as an array of integers, floats, days or texts, and a mask of missing values.

    ``value_type`` decides for a column without values; without it that is one of texts.
    """
    empty = np.array([value is None for value in column], dtype=bool)
    kinds = {type(value) for value in column if value is not None}
    if value_type is not None:
        kinds.add(value_type)
    if kinds == {date}:
        return np.array(column, dtype="datetime64[D]"), empty
    values = [as_plain_value(value) for value in column]
    integers = [value for value in values if type(value) is int]
    exact = all(abs(value) < (1 << 63 if kinds == {int} else 1 << 53) for value in integers)
    if kinds == {int} and exact:
        return np.array([value or 0 for value in values], dtype=np.int64), empty
    if kinds and kinds <= {int, float} and exact:
        numbers = [np.nan if value is None else float(value) for value in values]
        return np.array(numbers, dtype=np.float64), empty
    texts = [None if value is None else as_text(value) for value in values]
    return np.array(texts, dtype=object), empty


def as_text(value: Any) -> str:
    """A plain value as text, as in a column whose values are not all numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def assign_unique_names(
    names: Sequence[str], reserved: Sequence[str], fits: Callable[[str], bool]
) -> dict[str, str]:
    """The name of each column in a format that limits their length and ignores case.

    ``reserved`` are names that the format itself uses; ``fits`` tells if a name is short enough.
    """
    used = {name.casefold() for name in reserved}
    assigned: dict[str, str] = {}
    for name in names:
        ends = chain([""], (f"_{number}" for number in count(1)))
        candidates = (_truncate_name(name or "_", end, fits) for end in ends)
        assigned[name] = next(short for short in candidates if short.casefold() not in used)
        used.add(assigned[name].casefold())
    return assigned


def _truncate_name(name: str, end: str, fits: Callable[[str], bool]) -> str:
    while name and not fits(name + end):
        name = name[:-1]
    return name + end

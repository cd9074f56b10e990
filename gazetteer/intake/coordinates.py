"""Checks of coordinates that a file gives: numbers, in range, not swapped."""

from gazetteer.intake.findings import Findings
from gazetteer.intake.read import Row

EAST, NORTH = (73.0, 136.0), (3.0, 54.0)
"""Longitudes and latitudes of all China with its seas, in degrees. No latitude of it reaches its
smallest longitude, so a swapped pair is always recognised."""


def read_point(line: int, row: Row, findings: Findings) -> tuple[float, float] | None:
    """The point (lon, lat in degrees) of a row; None, and told, if it is none."""
    values: list[float] = []
    for column in ("lon", "lat"):
        try:
            values.append(float(row[column]))
        except ValueError:
            findings.add("bad_coordinate", line, column, row[column])
            return None
    return (values[0], values[1]) if in_range(line, values[0], values[1], findings) else None


def in_range(line: int, lon: float, lat: float, findings: Findings) -> bool:
    """Whether a point (degrees) lies in the area of the register; tells what is wrong if not."""
    if EAST[0] <= lon <= EAST[1] and NORTH[0] <= lat <= NORTH[1]:
        return True
    if EAST[0] <= lat <= EAST[1] and NORTH[0] <= lon <= NORTH[1]:
        findings.add("swapped_coordinates", line, "lon", f"{lon},{lat}")
    else:
        findings.add("coordinate_range", line, "lon", f"{lon},{lat}")
    return False

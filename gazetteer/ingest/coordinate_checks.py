"""Checks of coordinates that a file gives: numbers, in range, not swapped."""

from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.table_files import CsvRow

LON_RANGE, LAT_RANGE = (73.0, 136.0), (3.0, 54.0)
"""Longitudes and latitudes of all China with its seas, in degrees. No latitude of it reaches its
smallest longitude, so a swapped pair is always recognised."""


def parse_point(
    line: int, row: CsvRow, findings: LoadFindingCollector
) -> tuple[float, float] | None:
    """The point (lon, lat in degrees) of a row; None, with a finding, if it is not valid."""
    values: list[float] = []
    for column in ("lon", "lat"):
        try:
            values.append(float(row[column]))
        except ValueError:
            findings.add_finding("bad_coordinate", line, column, row[column])
            return None
    return (
        (values[0], values[1])
        if validate_point_range(line, values[0], values[1], findings)
        else None
    )


def validate_point_range(line: int, lon: float, lat: float, findings: LoadFindingCollector) -> bool:
    """Whether a point (degrees) lies in the area of the register; a finding says why not."""
    if LON_RANGE[0] <= lon <= LON_RANGE[1] and LAT_RANGE[0] <= lat <= LAT_RANGE[1]:
        return True
    if LON_RANGE[0] <= lat <= LON_RANGE[1] and LAT_RANGE[0] <= lon <= LAT_RANGE[1]:
        findings.add_finding("swapped_coordinates", line, "lon", f"{lon},{lat}")
    else:
        west, east = LON_RANGE
        south, north = LAT_RANGE
        findings.add_finding(
            "coordinate_range", line, "lon", f"{lon},{lat}",
            west=west, east=east, south=south, north=north,
        )  # fmt: skip
    return False

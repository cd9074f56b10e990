"""Reading a polygon layer of any known format, or refusing it with the reason.

Coordinates are read bit for bit. They change only where the file is in another coordinate system
than longitude and latitude, and then by an exact operation that is reported.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from boundaries.layers import geojson, geopackage, shapefile
from boundaries.layers.archives import MAX_BYTES, LayerFile, is_file_named, open_layer_file
from boundaries.layers.column_roles import assign_column_roles
from boundaries.layers.crs import (
    CGCS2000,
    RecognizedCrs,
    Transformation,
    check_crs_fits,
    find_single,
    find_transformation,
    guess_crs,
    is_likely_degrees,
    recognize_crs,
    resolve_crs,
    suggest_crs,
)
from boundaries.layers.foreign_formats import describe_foreign_file
from boundaries.layers.geometry_faults import Floats, Geometries
from boundaries.layers.polygon_layer import EPSG_4490, PLANAR, Layer, Remark
from boundaries.layers.position_checks import report_low_projected_precision
from boundaries.layers.problems import (
    CrsNotKnown,
    crs_error,
    layer_choice_error,
    open_error,
    unreadable_error,
)
from boundaries.layers.raw_layer import RawLayer
from boundaries.layers.wild_vertices import Bools, WildVertex, set_aside, set_wild_aside
from gazetteer.ingest.table_files import UTF8_BOM, UTF16_BOMS, decode_text
from gazetteer.messages import message
from gazetteer.problems import InvalidValue

_START_BYTES = 4096  # room for signatures, and for white space before JSON
_RECORD_SEPARATOR = b"\x1e"  # before each text of a GeoJSON text sequence (RFC 8142)
_GEOJSON_CRS = "urn:ogc:def:crs:OGC:1.3:CRS84"  # the only one of RFC 7946, east first


def read_layer(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    planar: bool = False,
    columns: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Layer:
    """The polygons of a GeoJSON, GeoPackage or Shapefile, optionally packed as ZIP or gzip.

    The format is detected by content. ``crs`` and ``encoding`` are for files that declare none or
    wrong ones; ``columns`` maps ``code``, ``name``, ``level``, ``parent_code`` to columns;
    ``layer`` is one of several. With ``planar`` coordinates are metres, whatever is declared.

    Raises:
        UnreadableFile: Not such a file, broken, in another encoding, or without any polygon.
        TooLarge: More than ``max_bytes`` unpacked, or compressed like a decompression bomb.
        LayerNotNamed: Several layers and none named, or one that is not there.
        CrsNotKnown: The declared system is unknown, contradicted or not convertible exactly.
        InvalidValue: ``crs`` is unknown, or has no public transformation to CGCS2000.
    """
    with open_layer_file(path, layer, max_bytes) as layer_file:
        raw, default = _read_raw_layer(layer_file, encoding)
    _check_not_empty(raw, layer_file.source)
    convert = _report_planar_degrees if planar else _transform_to_cgcs2000
    raw = convert(raw, default, crs, layer_file.source)
    roles = assign_column_roles(raw.attributes, raw.ids, columns, layer_file.source)
    return Layer(
        geometries=raw.geometries,
        names=roles.names,
        attributes=raw.attributes,
        codes=roles.codes,
        crs=PLANAR if planar else EPSG_4490,
        declared_crs=raw.crs,
        source=layer_file.source,
        remarks=(*raw.remarks, *roles.remarks),
        columns=roles.by_field,
    )


def _read_raw_layer(layer_file: LayerFile, encoding: str | None) -> tuple[RawLayer, str | None]:
    """The features, and the coordinate system that the format prescribes, if it does."""
    try:
        with layer_file.path.open("rb") as file:
            start = file.read(_START_BYTES)
        if start.startswith(geopackage.SIGNATURE):
            return geopackage.read_geopackage(
                layer_file.path, layer_file.source, layer_file.layer
            ), None
        if layer_file.layer is not None and not is_file_named(layer_file.source, layer_file.layer):
            raise layer_choice_error(layer_file.source, [layer_file.source], layer_file.layer)
        _check_not_part(layer_file)
        if start.startswith(shapefile.SIGNATURE):
            return shapefile.read_shapefile(layer_file.path, layer_file.source, encoding), None
        _check_json_start(layer_file, start)
        return geojson.parse_geojson(
            _decode_text(layer_file, encoding), layer_file.source
        ), _GEOJSON_CRS
    except OSError as error:
        raise open_error(layer_file.source, error) from error


def _check_json_start(layer_file: LayerFile, start: bytes) -> None:
    """Refuse a file without signature that cannot be JSON, or whose name says it is not."""
    ending = Path(layer_file.source).suffix.lower()
    bare = start.removeprefix(UTF8_BOM).lstrip()
    if bare.startswith((b"{", b"[", _RECORD_SEPARATOR)) or start.startswith(UTF16_BOMS):
        if ending not in (".gpkg", ".shp", ".zip", ".gz"):
            return
        detail = message("layer.content_differs_from_suffix", suffix=ending)
        raise unreadable_error(layer_file.source, detail)
    foreign = describe_foreign_file(layer_file.source, start)
    raise unreadable_error(layer_file.source, foreign or message("layer.unknown_format"))


def _check_not_part(layer_file: LayerFile) -> None:
    if Path(layer_file.source).suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
        raise unreadable_error(layer_file.source, message("layer.only_part_of_shapefile"))


def _decode_text(layer_file: LayerFile, encoding: str | None) -> str:
    content = layer_file.path.read_bytes()
    if encoding is None:
        return decode_text(Path(layer_file.source), content)[0].removeprefix("\ufeff")
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (ValueError, LookupError):
        detail = message("layer.other_encoding", encoding=encoding)
        raise unreadable_error(layer_file.source, detail, field="encoding") from None


def _check_not_empty(raw: RawLayer, source: str) -> None:
    if not len(raw.geometries):
        raise unreadable_error(source, message("layer.no_features"))
    only_wrong_types = all(remark.rule == "TOP-GEO-02" for remark in raw.remarks)
    if only_wrong_types and not any(raw.geometries):
        first = next(remark for remark in raw.remarks if remark.feature is not None)
        detail = message("layer.no_polygons", n=len(raw.geometries), first=first.message)
        raise unreadable_error(source, detail)


def _report_planar_degrees(raw: RawLayer, *_: str | None) -> RawLayer:
    """The layer, with a remark where planar metres were requested and degrees are there."""
    points = shapely.get_coordinates(raw.geometries)
    if not len(points) or not is_likely_degrees(points):
        return raw
    remark = Remark("TOP-CRS-01", "warning", message("crs.planar_degrees"))
    return replace(raw, remarks=(*raw.remarks, remark))


def _transform_to_cgcs2000(
    raw: RawLayer, default: str | None, requested: str | None, source: str
) -> RawLayer:
    """The layer in degrees of CGCS2000, with remarks on how it was converted."""
    geometries, wild = set_wild_aside(raw.geometries)
    points = shapely.get_coordinates(geometries)
    file_crs, crs_remarks = _determine_crs(raw, default, requested, points, source)
    check_crs_fits(file_crs, points, source)
    if file_crs.is_cgcs2000_degrees or not len(points):
        remarks = [*crs_remarks, *(vertex.build_remark() for vertex in wild)]
        return replace(raw, geometries=geometries, remarks=(*raw.remarks, *remarks))
    transformation = find_transformation(file_crs, points, source)
    transformed, beyond = _transform_geometries(geometries, transformation)
    if not np.isfinite(shapely.get_coordinates(transformed)).all():
        raise crs_error(source, message("crs.outside_domain", crs=file_crs.label))
    if not file_crs.is_geographic:
        crs_remarks += report_low_projected_precision(points)
    crs_remarks += [_report_conversion(file_crs, transformation.accuracy_m)]
    crs_remarks += [vertex.build_remark(transformation) for vertex in (*wild, *beyond)]
    return replace(raw, geometries=transformed, remarks=(*raw.remarks, *crs_remarks))


def _transform_geometries(
    geometries: Geometries, transformation: Transformation
) -> tuple[Geometries, list[WildVertex]]:
    """The geometries transformed; None for those with vertices for which it is not defined."""

    def mask_undefined(points: Floats) -> Bools:
        return np.asarray(~np.isfinite(transformation(points)).all(axis=1))

    transformed = np.asarray(shapely.transform(geometries, transformation), dtype=object)
    if np.isfinite(shapely.get_coordinates(transformed)).all():
        return transformed, []
    defined, wild = set_aside(geometries, mask_undefined)
    return np.asarray(shapely.transform(defined, transformation), dtype=object), wild


def _determine_crs(
    raw: RawLayer, default: str | None, requested: str | None, points: Floats, source: str
) -> tuple[RecognizedCrs, list[Remark]]:
    """The system of the coordinates: requested, declared, prescribed by the format, or evident."""
    declared = _parse_declared_crs(raw.crs, source, required=requested is None)
    if requested is not None:
        requested_crs = recognize_crs(resolve_crs(requested))
        if raw.crs is None or (declared and declared.label == requested_crs.label):
            return requested_crs, []
        label = declared.label if declared else raw.crs[:60]
        detail = message("crs.overridden", declared=label, used=requested_crs.label)
        return requested_crs, [Remark("TOP-CRS-01", "warning", detail)]
    if declared is not None:
        return declared, []
    if default is not None:
        return recognize_crs(resolve_crs(default)), []
    if is_likely_degrees(points):
        remark = Remark("TOP-CRS-01", "warning", message("crs.undeclared_degrees"))
        return recognize_crs(resolve_crs(str(CGCS2000))), [remark]
    east, north = np.median(points, axis=0)
    raise _undeclared_crs_error(source, guess_crs(east, north))


def _parse_declared_crs(crs: str | None, source: str, *, required: bool) -> RecognizedCrs | None:
    """The declared system; None without one, or if it is unknown and not ``required``."""
    if crs is None:
        return None
    try:
        parsed = resolve_crs(crs)
        # GDAL writes "undefined" as an engineering system.
        return None if parsed.is_engineering else recognize_crs(parsed)
    except InvalidValue as problem:
        if not required:
            return None
        raise crs_error(source, problem.message) from None


def _report_conversion(file_crs: RecognizedCrs, accuracy_m: float) -> Remark:
    kind = "crs.converted" if accuracy_m else "crs.converted_exactly"
    detail = message(kind, crs=file_crs.label, accuracy=accuracy_m)
    return Remark("TOP-CRS-01", "info", detail, measured=accuracy_m, unit="m")


def _undeclared_crs_error(source: str, likely: list[int]) -> CrsNotKnown:
    if likely:
        detail = message("crs.undeclared_suggestion", remedy=suggest_crs(likely))
    else:
        detail = message("crs.undeclared")
    return crs_error(source, detail, likely=find_single(likely))

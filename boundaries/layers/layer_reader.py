"""Reading a polygon layer of any known format into one value, or refusing it in words.

Coordinates come in bit for bit. They change only where the file is in another coordinate system
than longitude and latitude, and then by an exact operation that is told.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely

from boundaries.layers import geojson, geopackage, shapefile
from boundaries.layers.archives import MAX_BYTES, LayerFile, is_file_named, open_layer_file
from boundaries.layers.column_roles import assign_column_roles as found_columns
from boundaries.layers.crs import (
    CGCS2000,
    RecognizedCrs,
    check_crs_fits,
    find_transformation,
    guess_crs,
    is_likely_degrees,
    recognize_crs,
    resolve_crs,
)
from boundaries.layers.geometry_faults import Floats, Geometries
from boundaries.layers.polygon_layer import EPSG_4490, PLANAR, Layer, Remark
from boundaries.layers.problems import CrsNotKnown, layer_choice_error, unreadable_error
from boundaries.layers.raw_layer import RawLayer
from gazetteer.ingest.table_files import UTF8_BOM, UTF16_BOMS, decode_text
from gazetteer.problems import InvalidValue

_START_BYTES = 4096  # bytes: room for signatures, and for white space before JSON
_GEOJSON_CRS = "urn:ogc:def:crs:OGC:1.3:CRS84"  # RFC 7946: no other one, east first


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
    """The polygons of a GeoJSON, GeoPackage or Shapefile, packed as ZIP or gzip or not.

    ``layer`` names one of several layers; ``crs`` the coordinate system where the file does not
    say it or says it wrong; ``encoding`` that of text where it cannot be told; ``columns`` which
    column holds ``code``, ``name``, ``level`` or ``parent_code``. With ``planar`` coordinates are
    plain metres, whatever the file says. The format is told by the content, not by the name.

    Raises:
        UnreadableFile: not such a file, broken, in another encoding, or without any polygon.
        TooLarge: more than ``max_bytes`` unpacked, or packed like a bomb.
        LayerNotNamed: several layers and none named, or one that is not there.
        CrsNotKnown: the system is not known, is contradicted by the coordinates, or has no exact
            way to CGCS2000.
        InvalidValue: ``crs`` names no system, or one without a public way to CGCS2000.
    """
    with open_layer_file(path, layer, max_bytes) as layer_file:
        raw, default = _read_raw_layer(layer_file, encoding)
    _check_not_empty(raw, layer_file.source)
    geometries, crs_remarks = raw.geometries, list[Remark]()
    if not planar:
        geometries, crs_remarks = _transform_to_cgcs2000(raw, default, crs, layer_file.source)
    roles = found_columns(raw.attributes, raw.ids, columns, layer_file.source)
    return Layer(
        geometries=geometries,
        names=roles.names,
        attributes=raw.attributes,
        codes=roles.codes,
        crs=PLANAR if planar else EPSG_4490,
        declared_crs=raw.crs,
        source=layer_file.source,
        remarks=(*raw.remarks, *crs_remarks, *roles.remarks),
        columns=roles.by_field,
    )


def _read_raw_layer(layer_file: LayerFile, encoding: str | None) -> tuple[RawLayer, str | None]:
    """The features, and the coordinate system that the format itself prescribes."""
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
        reason = error.strerror or str(error)
        raise unreadable_error(
            layer_file.source, f"读不出（{reason}）。", f"cannot be read ({reason})"
        ) from error


def _check_json_start(layer_file: LayerFile, start: bytes) -> None:
    """What has no signature must be JSON: an object, or at least something in brackets."""
    ending = Path(layer_file.source).suffix.lower()
    bare = start.removeprefix(UTF8_BOM).lstrip()
    if bare.startswith((b"{", b"[")) or start.startswith(UTF16_BOMS):
        if ending not in (".gpkg", ".shp", ".zip", ".gz"):
            return
        zh, en = f"名为 {ending}，内容却不是。", f"is called {ending}, but its content is not that"
        raise unreadable_error(layer_file.source, zh, en)
    zh = "既不是 GeoJSON，也不是 GeoPackage 或 Shapefile，或已损坏。"
    en = "is neither GeoJSON nor GeoPackage nor Shapefile, or is broken"
    raise unreadable_error(layer_file.source, zh, en)


def _check_not_part(layer_file: LayerFile) -> None:
    if Path(layer_file.source).suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
        zh = "只是 Shapefile 的一部分，请打开 .shp，或把各部分打成 ZIP。"
        en = "is only a part of a Shapefile: give the .shp, or all parts as a ZIP"
        raise unreadable_error(layer_file.source, zh, en)


def _decode_text(layer_file: LayerFile, encoding: str | None) -> str:
    content = layer_file.path.read_bytes()
    if encoding is None:
        return decode_text(Path(layer_file.source), content)[0].removeprefix("\ufeff")
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (ValueError, LookupError):
        zh, en = f"不是 {encoding} 编码。", f"is not in {encoding}"
        raise unreadable_error(layer_file.source, zh, en, field="encoding") from None


def _check_not_empty(raw: RawLayer, source: str) -> None:
    if not len(raw.geometries):
        raise unreadable_error(source, "没有要素。", "has no features")
    only_wrong_types = all(remark.rule == "TOP-GEO-02" for remark in raw.remarks)
    if only_wrong_types and not any(raw.geometries):
        first = next(remark for remark in raw.remarks if remark.feature is not None)
        zh = f"{len(raw.geometries)} 个要素里没有一个面；首个{first.zh}"
        en = f"there is no polygon among its {len(raw.geometries)} features; the first {first.en}"
        raise unreadable_error(source, zh, en)


def _transform_to_cgcs2000(
    raw: RawLayer, default: str | None, requested: str | None, source: str
) -> tuple[Geometries, list[Remark]]:
    """The geometries in degrees of CGCS2000, and what was done to get them there."""
    points = shapely.get_coordinates(raw.geometries)
    file_crs, crs_remarks = _determine_crs(raw, default, requested, points, source)
    check_crs_fits(file_crs, points, source)
    if file_crs.is_cgcs2000_degrees or not len(points):
        return raw.geometries, crs_remarks
    transformation = find_transformation(file_crs, points, source)
    transformed = np.asarray(shapely.transform(raw.geometries, transformation), dtype=object)
    if not np.isfinite(shapely.get_coordinates(transformed)).all():
        raise CrsNotKnown(
            f"{source}：有坐标超出 {file_crs.label} 的适用范围。",
            f"{source}: some coordinates lie outside of where {file_crs.label} is defined",
            field="crs",
        )
    return transformed, [*crs_remarks, _report_conversion(file_crs, transformation.accuracy_m)]


def _determine_crs(
    raw: RawLayer, default: str | None, requested: str | None, points: Floats, source: str
) -> tuple[RecognizedCrs, list[Remark]]:
    """The system that the coordinates are in: asked for, declared, prescribed or plain to see."""
    declared = _parse_declared_crs(raw.crs, source, required=requested is None)
    if requested is not None:
        requested_crs = recognize_crs(resolve_crs(requested))
        if raw.crs is None or (declared and declared.label == requested_crs.label):
            return requested_crs, []
        return requested_crs, [
            _report_overridden_crs(
                declared.label if declared else raw.crs[:60], requested_crs.label
            )
        ]
    if declared is not None:
        return declared, []
    if default is not None:
        return recognize_crs(resolve_crs(default)), []
    if is_likely_degrees(points):
        return recognize_crs(resolve_crs(str(CGCS2000))), [_report_undeclared_crs()]
    east, north = np.median(points, axis=0)
    raise _unknown_crs_error(source, guess_crs(east, north))


def _parse_declared_crs(crs: str | None, source: str, *, required: bool) -> RecognizedCrs | None:
    """The system that the file names; None if it names none, or one that need not be known."""
    if crs is None:
        return None
    try:
        parsed = resolve_crs(crs)
        return (
            None if parsed.is_engineering else recognize_crs(parsed)
        )  # "undefined", as GDAL writes it
    except InvalidValue as problem:
        if not required:
            return None
        raise CrsNotKnown(
            f"{source}：{problem.zh}", f"{source}: {problem.en}", field="crs"
        ) from None


def _report_undeclared_crs() -> Remark:
    return Remark(
        "TOP-CRS-01",
        "warning",
        "文件没有写明坐标系；坐标显然是经纬度，按 CGCS2000 读取。",
        "the file declares no coordinate system; these are plainly longitudes and latitudes and"
        " are read as CGCS2000",
    )


def _report_overridden_crs(declared: str, requested: str) -> Remark:
    return Remark(
        "TOP-CRS-01",
        "warning",
        f"文件写的坐标系是 {declared}，按要求以 {requested} 读取。",
        f"the file declares {declared}; read as {requested}, as asked for",
    )


def _report_conversion(file_crs: RecognizedCrs, accuracy_m: float) -> Remark:
    zh, en = f"由 {file_crs.label} 换算", f"converted from {file_crs.label}"
    if accuracy_m:
        zh, en = f"{zh}，精度 {accuracy_m:g} 米", f"{en}, accurate to {accuracy_m:g} m"
    else:
        zh, en = f"{zh}，同一基准，无精度损失", f"{en}, on the same datum and so without loss"
    return Remark("TOP-CRS-01", "info", f"{zh}。", en, measured=accuracy_m, unit="m")


def _unknown_crs_error(source: str, likely: int | None) -> CrsNotKnown:
    hint_zh = f"（像是 EPSG:{likely}）" if likely else ""
    hint_en = f" (it looks like EPSG:{likely})" if likely else ""
    return CrsNotKnown(
        f"{source}：没有写明坐标系（缺 .prj？），坐标也不是中国的经纬度；"
        f"请以 crs 指明{hint_zh}，或声明为平面坐标。",
        f"{source}: declares no coordinate system (no .prj?), and its coordinates are no longitudes"
        f" and latitudes of China; name the crs{hint_en}, or say that it is planar",
        field="crs",
        likely=likely,
    )

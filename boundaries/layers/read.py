"""Reading a polygon layer of any known format into one value, or refusing it in words.

Coordinates come in bit for bit. They change only where the file is in another coordinate system
than longitude and latitude, and then by an exact operation that is told.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely

from boundaries.layers import geojson, geopackage, shapefile
from boundaries.layers.columns import found as found_columns
from boundaries.layers.faults import Floats, Geometries
from boundaries.layers.layer import EPSG_4490, PLANAR, Layer, Remark
from boundaries.layers.problems import CrsNotKnown, unreadable, which_layer
from boundaries.layers.raw import Raw
from boundaries.layers.systems import (
    CGCS2000,
    System,
    by_name,
    fitting,
    plainly_degrees,
    refuse_misfit,
    system,
    way,
)
from boundaries.layers.unpacking import MAX_BYTES, Found, called, laid_open
from gazetteer.intake.read import UTF8_BOM, UTF16_BOMS, decode_text
from gazetteer.problems import InvalidValue

_START = 4096  # bytes: room for signatures, and for white space before JSON
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
    with laid_open(path, layer, max_bytes) as found:
        raw, default = _read(found, encoding)
    _refuse_empty(raw, found.source)
    geometries, told = raw.geometries, list[Remark]()
    if not planar:
        geometries, told = _placed(raw, default, crs, found.source)
    chosen = found_columns(raw.attributes, raw.ids, columns, found.source)
    return Layer(
        geometries=geometries,
        names=chosen.names,
        attributes=raw.attributes,
        codes=chosen.codes,
        crs=PLANAR if planar else EPSG_4490,
        declared_crs=raw.crs,
        source=found.source,
        remarks=(*raw.remarks, *told, *chosen.remarks),
        columns=chosen.of,
    )


def _read(found: Found, encoding: str | None) -> tuple[Raw, str | None]:
    """The features, and the coordinate system that the format itself prescribes."""
    try:
        with found.path.open("rb") as file:
            start = file.read(_START)
        if start.startswith(geopackage.SIGNATURE):
            return geopackage.read(found.path, found.source, found.layer), None
        if found.layer is not None and not called(found.source, found.layer):
            raise which_layer(found.source, [found.source], found.layer)
        _refuse_part(found)
        if start.startswith(shapefile.SIGNATURE):
            return shapefile.read(found.path, found.source, encoding), None
        _refuse_other(found, start)
        return geojson.read(_text(found, encoding), found.source), _GEOJSON_CRS
    except OSError as error:
        reason = error.strerror or str(error)
        raise unreadable(
            found.source, f"读不出（{reason}）。", f"cannot be read ({reason})"
        ) from error


def _refuse_other(found: Found, start: bytes) -> None:
    """What has no signature must be JSON: an object, or at least something in brackets."""
    ending = Path(found.source).suffix.lower()
    bare = start.removeprefix(UTF8_BOM).lstrip()
    if bare.startswith((b"{", b"[")) or start.startswith(UTF16_BOMS):
        if ending not in (".gpkg", ".shp", ".zip", ".gz"):
            return
        zh, en = f"名为 {ending}，内容却不是。", f"is called {ending}, but its content is not that"
        raise unreadable(found.source, zh, en)
    zh = "既不是 GeoJSON，也不是 GeoPackage 或 Shapefile，或已损坏。"
    en = "is neither GeoJSON nor GeoPackage nor Shapefile, or is broken"
    raise unreadable(found.source, zh, en)


def _refuse_part(found: Found) -> None:
    if Path(found.source).suffix.lower() in (".shx", ".dbf", ".prj", ".cpg"):
        zh = "只是 Shapefile 的一部分，请打开 .shp，或把各部分打成 ZIP。"
        en = "is only a part of a Shapefile: give the .shp, or all parts as a ZIP"
        raise unreadable(found.source, zh, en)


def _text(found: Found, encoding: str | None) -> str:
    content = found.path.read_bytes()
    if encoding is None:
        return decode_text(Path(found.source), content)[0].removeprefix("\ufeff")
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (ValueError, LookupError):
        zh, en = f"不是 {encoding} 编码。", f"is not in {encoding}"
        raise unreadable(found.source, zh, en, field="encoding") from None


def _refuse_empty(raw: Raw, source: str) -> None:
    if not len(raw.geometries):
        raise unreadable(source, "没有要素。", "has no features")
    types = all(remark.rule == "TOP-GEO-02" for remark in raw.remarks)
    if types and not any(raw.geometries):
        first = next(remark for remark in raw.remarks if remark.feature is not None)
        zh = f"{len(raw.geometries)} 个要素里没有一个面；首个{first.zh}"
        en = f"there is no polygon among its {len(raw.geometries)} features; the first {first.en}"
        raise unreadable(source, zh, en)


def _placed(
    raw: Raw, default: str | None, asked: str | None, source: str
) -> tuple[Geometries, list[Remark]]:
    """The geometries in degrees of CGCS2000, and what was done to get them there."""
    points = shapely.get_coordinates(raw.geometries)
    found, told = _system(raw, default, asked, points, source)
    refuse_misfit(found, points, source)
    if found.as_stored or not len(points):
        return raw.geometries, told
    step = way(found, points, source)
    moved = np.asarray(shapely.transform(raw.geometries, step), dtype=object)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise CrsNotKnown(
            f"{source}：有坐标超出 {found.label} 的适用范围。",
            f"{source}: some coordinates lie outside of where {found.label} is defined",
            field="crs",
        )
    return moved, [*told, _converted(found, step.accuracy_m)]


def _system(
    raw: Raw, default: str | None, asked: str | None, points: Floats, source: str
) -> tuple[System, list[Remark]]:
    """The system that the coordinates are in: asked for, declared, prescribed or plain to see."""
    declared = _declared(raw.crs, source, must=asked is None)
    if asked is not None:
        wanted = system(by_name(asked))
        if raw.crs is None or (declared and declared.label == wanted.label):
            return wanted, []
        return wanted, [_overruled(declared.label if declared else raw.crs[:60], wanted.label)]
    if declared is not None:
        return declared, []
    if default is not None:
        return system(by_name(default)), []
    if plainly_degrees(points):
        return system(by_name(str(CGCS2000))), [_not_declared()]
    east, north = np.median(points, axis=0)
    raise _no_system(source, fitting(east, north))


def _declared(crs: str | None, source: str, *, must: bool) -> System | None:
    """The system that the file names; None if it names none, or one that need not be known."""
    if crs is None:
        return None
    try:
        named = by_name(crs)
        return None if named.is_engineering else system(named)  # "undefined", as GDAL writes it
    except InvalidValue as problem:
        if not must:
            return None
        raise CrsNotKnown(
            f"{source}：{problem.zh}", f"{source}: {problem.en}", field="crs"
        ) from None


def _not_declared() -> Remark:
    return Remark(
        "TOP-CRS-01",
        "warning",
        "文件没有写明坐标系；坐标显然是经纬度，按 CGCS2000 读取。",
        "the file declares no coordinate system; these are plainly longitudes and latitudes and"
        " are read as CGCS2000",
    )


def _overruled(declared: str, wanted: str) -> Remark:
    return Remark(
        "TOP-CRS-01",
        "warning",
        f"文件写的坐标系是 {declared}，按要求以 {wanted} 读取。",
        f"the file declares {declared}; read as {wanted}, as asked for",
    )


def _converted(found: System, accuracy_m: float) -> Remark:
    zh, en = f"由 {found.label} 换算", f"converted from {found.label}"
    if accuracy_m:
        zh, en = f"{zh}，精度 {accuracy_m:g} 米", f"{en}, accurate to {accuracy_m:g} m"
    else:
        zh, en = f"{zh}，同一基准，无精度损失", f"{en}, on the same datum and so without loss"
    return Remark("TOP-CRS-01", "info", f"{zh}。", en, measured=accuracy_m, unit="m")


def _no_system(source: str, likely: int | None) -> CrsNotKnown:
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

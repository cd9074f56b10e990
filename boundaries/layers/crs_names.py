"""The many ways in which files name one coordinate system, as EPSG codes.

OGC writes URNs and URIs, ESRI and EPSG names with a zone or a central meridian, Chinese offices
their own.
"""

import re
import unicodedata

_EPSG_FORMS = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?epsg:+(?:[\d.]*:+)?(\d{4,6})"
    r"|https?://(?:www\.)?opengis\.net/(?:def/crs/epsg/[\d.]+/|gml/srs/epsg\.xml#)(\d{4,6})"
    r"|https?://(?:www\.)?(?:epsg\.io|spatialreference\.org/ref/epsg)/(\d{4,6})/?"
    r"|(?:epsg[\s_\-]*)?(\d{4,6})"
)
_CRS84_FORMS = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:ogc:[\d.]*:|https?://(?:www\.)?opengis\.net/def/crs/ogc/[\d.]+/)?"
    r"(?:ogc:|crs:)?(?:crs)?84h?"
)
_WEB_MERCATOR = {"900913", "102100", "102113", "3785"}
_CGCS2000 = re.compile(
    r"cgcs[\s_]*2000|china[\s_]geodetic|国家.*2000|2000.*国家|大地2000|^2000坐标系$"
)
_MERIDIAN = re.compile(
    r"(?:cm|中央经线|中央子午线|meridian)[\s_:]*(\d{2,3})|(\d{2,3})(?:e\b|e$|°|度(?!带))"
)
_ZONE = re.compile(r"zone[\s_]*(\d{2})|(?<!\d)(\d{2})(?:带|号带)")
_OLD_DATUMS = (
    (re.compile(r"xi'?an[\s_]*(?:19)?80|西安.*80|80.*西安"), "xian80"),
    (re.compile(r"beijing[\s_]*(?:19)?54|北京.*54|54.*北京"), "beijing54"),
)
_FIRST_MERIDIAN, _LAST_MERIDIAN = 75, 135


def translate_crs_name(text: str) -> str:
    """``EPSG:4490`` or another name that PROJ and the product know; else the text as it is."""
    name = unicodedata.normalize("NFKC", text).strip().strip("[]").strip().casefold()
    epsg = _EPSG_FORMS.fullmatch(name)
    if epsg:
        number = next(filter(None, epsg.groups()))
        return f"EPSG:{3857 if number in _WEB_MERCATOR else number}"
    if _CRS84_FORMS.fullmatch(name):
        return "urn:ogc:def:crs:OGC:1.3:CRS84"
    if "[" in text:  # WKT
        return text
    for pattern, datum in _OLD_DATUMS:
        if pattern.search(name):
            return datum
    return _translate_cgcs2000(name) if _CGCS2000.search(name) else text


def _translate_cgcs2000(name: str) -> str:
    """The geographic system, or the Gauss-Krüger zone that the name goes on to describe."""
    rest = _CGCS2000.sub("", name)
    zone, meridian = _ZONE.search(rest), _MERIDIAN.search(rest)
    if zone:
        number = int(next(filter(None, zone.groups())))
        if 25 <= number <= 45:
            return f"EPSG:{4513 + number - 25}"
        return f"EPSG:{4491 + number - 13}" if 13 <= number <= 23 else name
    if not meridian:
        return "EPSG:4490"
    degrees = int(next(filter(None, meridian.groups())))  # 6° zones: the same coordinates
    if not _FIRST_MERIDIAN <= degrees <= _LAST_MERIDIAN or degrees % 3:
        return name
    return f"EPSG:{4534 + (degrees - _FIRST_MERIDIAN) // 3}"

"""How units, borders and places of the register look in QGIS: in projects and in files."""

from boundaries.layers.desktop_styles import LabelRule, LayerSymbol
from gazetteer.records.levels import Level

_GREEN = "11,107,79"
_FILL = f"{_GREEN},15"
UNIT_STYLES = {
    Level.PROVINCE: {"outline_color": f"{_GREEN},70", "outline_width": "1.8", "style": "no"},
    Level.PREFECTURE: {"outline_color": f"{_GREEN},70", "outline_width": "1.1", "color": _FILL},
    Level.COUNTY: {"outline_color": f"{_GREEN},255", "outline_width": "0.4", "color": _FILL},
    Level.TOWNSHIP: {"outline_color": f"{_GREEN},255", "outline_width": "0.2", "color": _FILL},
    Level.VILLAGE: {"outline_color": f"{_GREEN},255", "outline_width": "0.1", "color": _FILL},
}
"""How units are drawn, the finest on top: broad and pale bands for the levels above counties."""
BORDER_SYMBOLS = (LayerSymbol({"line_color": "60,60,60,255", "line_width": "0.3"}),)
POINT_SYMBOLS = (
    LayerSymbol({
        "color": f"{_GREEN},255", "outline_color": "255,255,255,255", "size": "1.6",
    }),
)  # fmt: skip
UNIT_LABELS = (
    LabelRule(
        "\"level\" = 'province'",
        "name",
        {"fontSize": "13", "textColor": "110,110,110,255"},
        largest_scale=2_000_000,
    ),
    LabelRule(
        "\"level\" = 'prefecture'",
        "name",
        {"fontSize": "12", "fontWeight": "75", "textColor": "95,120,108,255"},
    ),
    LabelRule(
        # Not ELSE: that is also for a unit whose rule is for other scales.
        "\"level\" NOT IN ('province', 'prefecture')",
        "name",
        {"fontSize": "9", "textColor": "30,60,50,255"},
    ),
)

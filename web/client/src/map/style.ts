import type { FeatureLike } from "ol/Feature";
import { Circle as CircleStyle, Fill, Stroke, Style, Text } from "ol/style";
import type { StyleFunction } from "ol/style/Style";
import { type DrawnLevel, type Palette, tintOf } from "./palette";
import { codeStem, displayName, readUnit, shortName } from "./units";

/** Widths of lines and sizes of labels in CSS pixels. */
const LINE: Readonly<Record<DrawnLevel, number>> = { province: 1.8, prefecture: 1.2, county: 0.6 };
const LABEL: Readonly<Record<DrawnLevel, string>> = {
  province: "600 15px",
  prefecture: "600 13px",
  county: "400 12px",
};
const CONTEXT_LABEL = "400 12px";
const ORDER: Readonly<Record<DrawnLevel, number>> = { county: 0, prefecture: 1, province: 2 };

/** The zoom range in which a level carries labels; the home province needs none of its own. */
const LABEL_ZOOM: Readonly<Record<DrawnLevel, readonly [number, number]>> = {
  province: [0, 9],
  prefecture: [5, 11],
  county: [8.6, 24],
};

export interface MapLook {
  readonly palette: Palette;
  readonly lang: "zh" | "en";
  readonly home: string;
}

/** Prefectures tinted, thin county lines above them, everything outside the home unit muted. */
export function areaStyle({ palette, home }: MapLook): StyleFunction {
  const homeStem = codeStem(home);
  const context = new Style({
    fill: new Fill({ color: palette.context }),
    stroke: new Stroke({ color: palette.contextLine, width: 0.6 }),
    zIndex: -1,
  });
  const fills = new Map<string, Style>();
  const lines = Object.fromEntries(
    (Object.keys(LINE) as DrawnLevel[]).map((level) => [
      level,
      new Style({
        stroke: new Stroke({ color: palette.lines[level], width: LINE[level], lineJoin: "round" }),
        zIndex: 1 + ORDER[level],
      }),
    ]),
  ) as Record<DrawnLevel, Style>;

  return (feature) => {
    const unit = feature.get("layer") === "label" ? null : readUnit(feature);
    if (!unit) return undefined;
    if (!unit.code.startsWith(homeStem)) return context;
    const line = lines[unit.level];
    if (unit.level === "province") return line;
    const tint = tintOf(unit.code, palette.tints);
    let fill = fills.get(tint);
    if (!fill) {
      fill = new Style({ fill: new Fill({ color: tint }), zIndex: 0 });
      fills.set(tint, fill);
    }
    return [fill, line];
  };
}

/** Land without a tint and today's prefecture lines, dashed, where the date has none of its own. */
export function ghostStyle({ palette, home }: MapLook): StyleFunction {
  const homeStem = codeStem(home);
  const land = new Style({ fill: new Fill({ color: palette.context }) });
  const line = new Style({
    stroke: new Stroke({ color: palette.ghost, width: 1, lineDash: [4, 4] }),
    zIndex: 1,
  });
  return (feature) => {
    const unit = feature.get("layer") === "label" ? null : readUnit(feature);
    if (!unit) return undefined;
    return unit.level === "prefecture" && unit.code.startsWith(homeStem) ? [land, line] : land;
  };
}

/**
 * Names at the label points of the tiles, larger levels winning where room is short. The prefectures of
 * the home province are always named: they are few, and a map of it without one of them is wrong.
 */
export function labelStyle({ palette, lang, home }: MapLook, zoom: () => number): StyleFunction {
  const homeStem = codeStem(home);
  const make = (color: string, font: string, zIndex: number, isAlwaysDrawn = false): Style =>
    new Style({
      text: new Text({
        declutterMode: isAlwaysDrawn ? "obstacle" : "declutter",
        font: `${font} ${palette.font}`,
        fill: new Fill({ color }),
        stroke: new Stroke({ color: palette.halo, width: 3 }),
        padding: [2, 4, 2, 4],
      }),
      zIndex,
    });
  const levels: DrawnLevel[] = ["province", "prefecture", "county"];
  const own = new Map(
    levels.map((level) => [level, make(palette.label, LABEL[level], 1 + ORDER[level], level === "prefecture")]),
  );
  const other = new Map(
    levels.map((level) => [level, make(palette.labelContext, CONTEXT_LABEL, 0)]),
  );

  return (feature: FeatureLike) => {
    const unit = feature.get("layer") === "label" ? readUnit(feature) : null;
    if (!unit || unit.code === home) return undefined;
    const [from, to] = LABEL_ZOOM[unit.level];
    const isHome = unit.code.startsWith(homeStem);
    if (zoom() < from || zoom() >= to || (!isHome && unit.level === "prefecture")) return undefined;
    const style = (isHome ? own : other).get(unit.level);
    style?.getText()?.setText(unit.level === "prefecture" ? shortName(unit, lang) : displayName(unit, lang));
    return style;
  };
}

/** The unit under the pointer. */
export function hoverStyle({ palette }: MapLook, code: () => string | null): StyleFunction {
  const style = new Style({
    fill: new Fill({ color: palette.hover }),
    stroke: new Stroke({ color: palette.lines.province, width: 1.5 }),
  });
  return (feature) => (feature.get("code") === code() ? style : undefined);
}

/** The unit or place of the page: a strong line over a light one, readable on every tint. */
export function selectionStyle({ palette }: MapLook): Style[] {
  return [
    new Style({
      fill: new Fill({ color: palette.selectedFill }),
      stroke: new Stroke({ color: palette.casing, width: 6, lineJoin: "round" }),
    }),
    new Style({
      stroke: new Stroke({ color: palette.selected, width: 2.5, lineJoin: "round" }),
      image: new CircleStyle({
        radius: 7,
        fill: new Fill({ color: palette.selected }),
        stroke: new Stroke({ color: palette.casing, width: 3 }),
      }),
    }),
  ];
}

/** What somebody measures. */
export function measureStyle(palette: Palette): Style {
  return new Style({
    fill: new Fill({ color: palette.selectedFill }),
    stroke: new Stroke({ color: palette.selected, width: 2.5, lineDash: [8, 6] }),
  });
}

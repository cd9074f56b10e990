import Feature from "ol/Feature";
import type { FeatureLike } from "ol/Feature";
import { type Extent, createEmpty, extend, isEmpty } from "ol/extent";
import Point from "ol/geom/Point";
import type BaseLayer from "ol/layer/Base";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import { Circle as CircleStyle, Fill, Stroke, Style, Text } from "ol/style";

import type { Palette } from "./palette";

const FADED = 0.3;

/** Results at a point; those at the same point are drawn as one, with their number. */
export interface Dot {
  readonly lon: number;
  readonly lat: number;
  readonly count: number;
}

/** The shading of a unit: its step on the ramp (0: none) and the text under the pointer. */
export interface Shade {
  readonly step: number;
  readonly note: string;
}

/** What a tool draws over the register: units shaded by number, and points. */
export class Overlay {
  readonly shades = new VectorTileLayer({ visible: false, renderMode: "vector" });
  readonly dots = new VectorLayer({ source: new VectorSource<Feature<Point>>() });
  private shaded: ReadonlyMap<string, Shade> = new Map();

  /** `base` fades where units are shaded, so that its tints are not taken for numbers. */
  constructor(private readonly base: BaseLayer) {}

  /** Apply a palette. */
  restyle(palette: Palette): void {
    const between = new Stroke({ color: palette.casing, width: 1 });
    const ramp = palette.ramp.map((color) => new Style({ fill: new Fill({ color }), stroke: between }));
    const none = new Style({
      fill: new Fill({ color: hatch(palette.none) }),
      stroke: new Stroke({ color: palette.none, width: 2 }),
      zIndex: 2,
    });
    this.shades.setStyle((feature: FeatureLike) => {
      if (feature.get("layer") === "label") return undefined;
      const shade = this.shaded.get(String(feature.get("code")));
      return shade && (shade.step === 0 ? none : ramp[Math.min(shade.step, ramp.length) - 1]);
    });
    this.dots.setStyle((feature) => dotStyle(palette, Number(feature.get("count"))));
  }

  /** Draw points; returns their extent, null without any. */
  showDots(dots: readonly Dot[]): Extent | null {
    const dotsByPoint = new Map<string, Dot>();
    for (const dot of dots) {
      const key = `${dot.lon} ${dot.lat}`;
      dotsByPoint.set(key, { ...dot, count: dot.count + (dotsByPoint.get(key)?.count ?? 0) });
    }
    const source = this.dots.getSource();
    source?.clear();
    const extent = createEmpty();
    for (const { lon, lat, count } of dotsByPoint.values()) {
      const point = new Point(fromLonLat([lon, lat]));
      extend(extent, point.getExtent());
      source?.addFeature(new Feature({ geometry: point, count }));
    }
    return isEmpty(extent) && dotsByPoint.size === 0 ? null : extent;
  }

  /** Shade units by their codes. */
  shade(units: ReadonlyMap<string, Shade>): void {
    this.shaded = units;
    this.shades.setVisible(units.size > 0);
    this.base.setOpacity(units.size > 0 ? FADED : 1);
    this.shades.changed();
  }

  /** The text under the pointer for a unit, besides its name. */
  note(code: string): string {
    return this.shaded.get(code)?.note ?? "";
  }

  /** Remove everything. */
  clear(): void {
    this.shade(new Map());
    this.dots.getSource()?.clear();
  }
}

/** Stripes, so that none and few are distinguished without colour. */
function hatch(color: string): CanvasPattern | string {
  const size = 8;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const context = canvas.getContext("2d");
  if (!context) return color;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
  }
  context.stroke();
  return context.createPattern(canvas, "repeat") ?? color;
}

function dotStyle(palette: Palette, count: number): Style {
  const image = new CircleStyle({
    radius: count > 1 ? Math.min(18, 8 + 1.5 * Math.log2(count)) : 5,
    fill: new Fill({ color: palette.dot }),
    stroke: new Stroke({ color: palette.casing, width: 2 }),
  });
  if (count === 1) return new Style({ image, zIndex: 1 });
  const text = new Text({
    text: count > 999 ? `${Math.floor(count / 1000)}k` : String(count),
    font: `600 11px ${palette.font}`,
    fill: new Fill({ color: palette.onDot }),
  });
  return new Style({ image, text, zIndex: count });
}

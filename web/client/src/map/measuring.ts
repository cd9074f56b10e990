import type OlMap from "ol/Map";
import type { EventsKey } from "ol/events";
import { LineString, Polygon } from "ol/geom";
import type SimpleGeometry from "ol/geom/SimpleGeometry";
import Draw from "ol/interaction/Draw";
import VectorLayer from "ol/layer/Vector";
import { unByKey } from "ol/Observable";
import VectorSource from "ol/source/Vector";
import { getArea, getLength } from "ol/sphere";

import { type Palette } from "./palette";
import { measureStyle } from "./style";

export type Measure = "distance" | "area";

/** Lengths and areas on the ellipsoid of what somebody draws on the map. */
export class Measuring {
  readonly layer = new VectorLayer({ source: new VectorSource() });
  private draw: Draw | null = null;
  private watched: EventsKey | null = null;

  constructor(
    private readonly map: OlMap,
    private readonly showResult: (text: string) => void,
  ) {}

  /** What is being measured; null if nothing is. */
  kind: Measure | null = null;

  /** Apply a palette. */
  restyle(palette: Palette): void {
    this.layer.setStyle(measureStyle(palette));
  }

  /** Begin to measure, or end it where that was going on. */
  toggle(kind: Measure): void {
    const isOn = this.kind === kind;
    this.stop();
    if (!isOn) this.start(kind);
  }

  /** End measuring, and remove what was drawn. */
  stop(): void {
    if (this.draw) this.map.removeInteraction(this.draw);
    this.draw = null;
    this.kind = null;
    this.layer.getSource()?.clear();
    this.showResult("");
  }

  private start(kind: Measure): void {
    this.kind = kind;
    const source = this.layer.getSource();
    if (!source) return;
    const draw = new Draw({ source, type: kind === "distance" ? "LineString" : "Polygon" });
    draw.on("drawstart", ({ feature }) => {
      source.clear();
      this.watched = feature.getGeometry()?.on("change", (event) => {
        this.showResult(describe(event.target as SimpleGeometry));
      }) as EventsKey;
    });
    draw.on("drawend", () => {
      if (this.watched) unByKey(this.watched);
    });
    this.draw = draw;
    this.map.addInteraction(draw);
  }
}

/** A length or an area in the unit that suits it. */
function describe(geometry: SimpleGeometry): string {
  if (geometry instanceof Polygon) {
    const area = getArea(geometry);
    return area < 100_000 ? `${format(area, 0)} m²` : `${format(area / 1e6, 3)} km²`;
  }
  if (!(geometry instanceof LineString)) return "";
  const length = getLength(geometry);
  return length < 1000 ? `${format(length, 1)} m` : `${format(length / 1000, 3)} km`;
}

function format(value: number, digits: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

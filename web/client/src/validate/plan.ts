import OlMap from "ol/Map";
import View from "ol/View";
import ScaleLine from "ol/control/ScaleLine";
import Zoom from "ol/control/Zoom";
import Feature from "ol/Feature";
import type { FeatureLike } from "ol/Feature";
import { type Extent, buffer, createEmpty, extend, getCenter, getHeight, getWidth, isEmpty } from "ol/extent";
import GeoJSON from "ol/format/GeoJSON";
import MVT from "ol/format/MVT";
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import { Projection, get as projectionOf } from "ol/proj";
import VectorSource from "ol/source/Vector";
import VectorTileSource from "ol/source/VectorTile";
import { Circle, Fill, RegularShape, Stroke, Style, Text } from "ol/style";

import { type Move, type Picture, type Place, type Shape, asFeature } from "./answer";
import { amount } from "./findings";

/** Below this many pixels a place is drawn as a sign, above as what it is. */
const SMALL = 14;
/** From this many metres a pixel on, coarse outlines do. */
const COARSE = 150;
const AROUND = 0.6;

/** What a kind of place looks like: colour, line and shape of its sign all differ. */
const LOOKS: Readonly<Record<Place["kind"], { color: string; dash?: number[]; points: number; width: number }>> = {
  error: { color: "--sign-error", points: 3, width: 3 },
  warning: { color: "--sign-warning", points: 4, width: 2.5, dash: [8, 4] },
  info: { color: "--sign-info", points: 0, width: 2, dash: [2, 4] },
  open: { color: "--sign-open", points: 0, width: 1.5, dash: [6, 6] },
};

/** A layer's outlines with what was found on it; plain metres and longitudes alike. */
export class Plan {
  private readonly map: OlMap;
  private readonly register = new VectorTileLayer({ visible: false });
  private readonly coarse = new VectorLayer<VectorSource>();
  private readonly exact = new VectorLayer<VectorSource>({ maxResolution: COARSE, declutter: true });
  private readonly places = new VectorLayer<VectorSource>();
  private readonly moves = new VectorLayer<VectorSource>({ declutter: true });
  private format = new GeoJSON();
  private chosen = "";

  constructor(target: HTMLElement, words: { zoomIn: string; zoomOut: string }, pick: (id: string) => void) {
    const zoom = new Zoom({ zoomInTipLabel: words.zoomIn, zoomOutTipLabel: words.zoomOut });
    this.map = new OlMap({
      target,
      keyboardEventTarget: target,
      layers: [this.register, this.coarse, this.exact, this.places, this.moves],
      controls: [zoom, new ScaleLine()],
    });
    this.map.on("singleclick", (event) => {
      const hit = this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature, {
        layerFilter: (layer) => layer === this.places,
        hitTolerance: 8,
      });
      if (hit) pick(String(hit.getId()));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.restyle();
    });
  }

  /** Draw a picture in place of the one before, and show all of it. */
  show({ isPlanar, places, outlines }: Picture): void {
    const plane = new Projection({ code: "planar", units: "m" });
    const projection = isPlanar ? plane : (projectionOf("EPSG:3857") ?? plane);
    this.format = new GeoJSON({
      dataProjection: isPlanar ? plane : "EPSG:4326",
      featureProjection: projection,
    });
    this.map.setView(new View({ projection, center: [0, 0], zoom: 2, maxZoom: 32, enableRotation: false }));
    this.coarse.setSource(this.source(outlines?.coarse));
    this.exact.setSource(this.source(outlines?.exact));
    this.places.setSource(this.source({ type: "FeatureCollection", features: places.map(asFeature) }));
    this.chosen = "";
    this.moved([]);
    this.restyle();
    this.showAll();
  }

  /** Draw where vertices go, with the distances, in place of those before. */
  moved(moves: readonly Move[]): void {
    const features = moves.map(({ from, to, distance_m }) => {
      const ends = [from, to].filter((end) => end !== null);
      const geometry = ends.length > 1 ? { type: "LineString", coordinates: ends } : { type: "Point", coordinates: ends[0] };
      return { type: "Feature", geometry, properties: { distance: amount(distance_m, "m"), isGone: to === null } };
    });
    this.moves.setSource(this.source({ type: "FeatureCollection", features }));
    this.moves.setStyle((feature) => this.move(feature));
  }

  /** Draw the borders of the register beneath, as of today. */
  overRegister(): void {
    const source = new VectorTileSource({
      format: new MVT(),
      url: "/tiles/divisions/{z}/{x}/{y}.mvt",
      maxZoom: 14,
    });
    this.register.setSource(source);
    this.register.setVisible(true);
  }

  /** Draw these borders exactly, in place of those before. */
  outline(borders: readonly Shape[]): void {
    this.exact.setSource(this.source({ type: "FeatureCollection", features: borders }));
  }

  /** Show the whole layer. */
  showAll(): void {
    const whole = createEmpty();
    for (const layer of [this.coarse, this.places]) {
      const extent = layer.getSource()?.getExtent();
      if (extent && !isEmpty(extent)) extend(whole, extent);
    }
    if (!isEmpty(whole)) this.fit(whole, 20);
  }

  /** Show the place of a finding, with its surroundings, and mark it. */
  showPlace(id: string): void {
    const place = this.places.getSource()?.getFeatureById(id);
    const extent = place instanceof Feature ? place.getGeometry()?.getExtent() : undefined;
    this.chosen = id;
    this.places.changed();
    if (!extent) return;
    const size = Math.max(getWidth(extent), getHeight(extent), 2);
    this.fit(buffer(extent, size * AROUND), 40);
  }

  /** Show only these places. */
  only(ids: ReadonlySet<string> | null): void {
    this.places.setStyle((feature, resolution) =>
      ids && !ids.has(String(feature.getId())) ? undefined : this.sign(feature, resolution),
    );
  }

  private fit(extent: Extent, padding: number): void {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const around = [padding, padding, padding, padding];
    this.map.getView().fit(extent, { padding: around, duration: isStill ? 0 : 300 });
  }

  private source(collection: Shape | undefined): VectorSource {
    return new VectorSource({ features: collection ? this.format.readFeatures(collection) : [] });
  }

  private restyle(): void {
    const color = token("--map-line-prefecture");
    const far = new Style({ stroke: new Stroke({ color, width: 1 }) });
    // Near by they are only where the exact borders end, and not to be taken for them.
    const near = new Style({ stroke: new Stroke({ color, width: 0.5, lineDash: [2, 6] }) });
    this.coarse.setStyle((_, resolution) => (resolution < COARSE ? near : far));
    this.exact.setStyle((feature) => this.border(feature));
    const lines = new Style({ stroke: new Stroke({ color, width: 0.6 }) });
    this.register.setStyle((feature) => (feature.get("layer") === "label" ? undefined : lines));
    this.only(null);
  }

  private move(feature: FeatureLike): Style[] {
    const color = token("--move");
    const geometry = feature.getGeometry();
    const end = geometry instanceof LineString ? geometry.getLastCoordinate() : geometry?.getExtent().slice(0, 2);
    const isGone = feature.get("isGone") === true;
    const stroke = new Stroke({ color, width: 2 });
    const fill = new Fill({ color: isGone ? token("--surface") : color });
    const text = new Text({
      text: String(feature.get("distance")),
      font: `12px ${token("--font")}`,
      offsetY: -12,
      fill: new Fill({ color: token("--map-label") }),
      stroke: new Stroke({ color: token("--map-halo"), width: 3 }),
    });
    const styles = [new Style({ stroke, zIndex: 11 })];
    if (end) {
      const image = new Circle({ radius: 4.5, fill, stroke });
      styles.push(new Style({ geometry: new Point(end), image, text, zIndex: 12 }));
    }
    return styles;
  }

  private border(feature: FeatureLike): Style {
    return new Style({
      stroke: new Stroke({ color: token("--map-line-province"), width: 1.5 }),
      text: new Text({
        text: String(feature.get("name")),
        placement: "line",
        font: `12px ${token("--font")}`,
        fill: new Fill({ color: token("--map-label") }),
        stroke: new Stroke({ color: token("--map-halo"), width: 3 }),
        textBaseline: "bottom",
      }),
    });
  }

  private sign(feature: FeatureLike, resolution: number): Style[] {
    const kind = feature.get("kind") as Place["kind"];
    const { color: name, dash, points, width } = LOOKS[kind];
    const color = token(name);
    const isChosen = feature.getId() === this.chosen;
    const extent = feature.getGeometry()?.getExtent() ?? createEmpty();
    const zIndex = isChosen ? 10 : kind === "error" ? 3 : kind === "warning" ? 2 : 1;
    const stroke = new Stroke({ color, width: isChosen ? width + 2 : width, ...(dash ? { lineDash: dash } : {}) });
    const fill = new Fill({ color: kind === "open" ? "transparent" : `${color}40` });
    const styles = [new Style({ stroke, fill, zIndex })];
    if (Math.max(getWidth(extent), getHeight(extent)) < SMALL * resolution) {
      styles.push(this.mark(getCenter(extent), color, points, isChosen, zIndex));
    }
    return styles;
  }

  private mark(at: number[], color: string, points: number, isChosen: boolean, zIndex: number): Style {
    const radius = isChosen ? 11 : 6;
    const fill = new Fill({ color });
    const stroke = new Stroke({ color: token("--surface"), width: isChosen ? 2.5 : 1 });
    const image = points
      ? new RegularShape({ points, radius: radius + 1, fill, stroke, angle: points === 4 ? Math.PI / 4 : 0 })
      : new Circle({ radius: radius - 1, fill, stroke });
    return new Style({ geometry: new Point(at), image, zIndex });
  }
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

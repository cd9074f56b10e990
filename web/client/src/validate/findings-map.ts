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

import { formatMeasure } from "../measures";
import type { Translate } from "../translations";
import { type GeoJsonObject, type MapData, type MapLocation, type VertexMove, toFeature } from "./results";

/** Below this many pixels a location is drawn as a symbol, above with its own shape. */
const SYMBOL_SIZE_PX = 14;
/** From this many metres a pixel on, coarse outlines are enough. */
const COARSE_RESOLUTION = 150;
/** The margin around a location, as a share of its size. */
const MARGIN = 0.6;

/** The style of each kind of location: colour, line and shape of the symbol all differ. */
const STYLES: Readonly<Record<MapLocation["kind"], { color: string; dash?: number[]; points: number; width: number }>> = {
  error: { color: "--sign-error", points: 3, width: 3 },
  warning: { color: "--sign-warning", points: 4, width: 2.5, dash: [8, 4] },
  info: { color: "--sign-info", points: 0, width: 2, dash: [2, 4] },
  open: { color: "--sign-open", points: 0, width: 1.5, dash: [6, 6] },
};

/** A map of findings over the outlines of a layer, in planar or geographic coordinates. */
export class FindingsMap {
  private readonly map: OlMap;
  private readonly register = new VectorTileLayer({ visible: false });
  private readonly coarse = new VectorLayer<VectorSource>();
  private readonly exact = new VectorLayer<VectorSource>({ maxResolution: COARSE_RESOLUTION, declutter: true });
  private readonly locations = new VectorLayer<VectorSource>();
  private readonly moves = new VectorLayer<VectorSource>({ declutter: true });
  private format = new GeoJSON();
  private selected = "";

  constructor(
    target: HTMLElement,
    private readonly t: Translate,
    onSelect: (id: string) => void,
  ) {
    const zoom = new Zoom({
      zoomInTipLabel: t("findings_view.zoom_in"),
      zoomOutTipLabel: t("findings_view.zoom_out"),
    });
    this.map = new OlMap({
      target,
      keyboardEventTarget: target,
      layers: [this.register, this.coarse, this.exact, this.locations, this.moves],
      controls: [zoom, new ScaleLine()],
    });
    this.map.on("singleclick", (event) => {
      const hit = this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature, {
        layerFilter: (layer) => layer === this.locations,
        hitTolerance: 8,
      });
      if (hit) onSelect(String(hit.getId()));
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.restyle();
    });
  }

  /** Replace the content of the map, and show all of it. */
  show({ isPlanar, locations, outlines }: MapData): void {
    const plane = new Projection({ code: "planar", units: "m" });
    const projection = isPlanar ? plane : (projectionOf("EPSG:3857") ?? plane);
    this.format = new GeoJSON({
      dataProjection: isPlanar ? plane : "EPSG:4326",
      featureProjection: projection,
    });
    this.map.setView(new View({ projection, center: [0, 0], zoom: 2, maxZoom: 32, enableRotation: false }));
    this.coarse.setSource(this.createSource(outlines?.coarse));
    this.exact.setSource(this.createSource(outlines?.exact));
    this.locations.setSource(this.createSource({ type: "FeatureCollection", features: locations.map(toFeature) }));
    this.selected = "";
    this.showMoves([]);
    this.restyle();
    this.showAll();
  }

  /** Replace the moves of vertices on the map; each has its distance. */
  showMoves(moves: readonly VertexMove[]): void {
    const features = moves.map(({ from, to, distance_m }) => {
      const ends = [from, to].filter((end) => end !== null);
      const geometry = ends.length > 1 ? { type: "LineString", coordinates: ends } : { type: "Point", coordinates: ends[0] };
      return { type: "Feature", geometry, properties: { distance: formatMeasure(distance_m, "m", this.t), isRemoved: to === null } };
    });
    this.moves.setSource(this.createSource({ type: "FeatureCollection", features }));
    this.moves.setStyle((feature) => this.createMoveStyle(feature));
  }

  /** Show the present boundaries of the register below the locations. */
  showRegister(): void {
    const source = new VectorTileSource({
      format: new MVT(),
      url: "/tiles/divisions/{z}/{x}/{y}.mvt",
      maxZoom: 14,
    });
    this.register.setSource(source);
    this.register.setVisible(true);
  }

  /** Replace the exact outlines on the map. */
  showOutlines(outlines: readonly GeoJsonObject[]): void {
    this.exact.setSource(this.createSource({ type: "FeatureCollection", features: outlines }));
  }

  /** Zoom to the whole layer. */
  showAll(): void {
    const total = createEmpty();
    for (const layer of [this.coarse, this.locations]) {
      const extent = layer.getSource()?.getExtent();
      if (extent && !isEmpty(extent)) extend(total, extent);
    }
    if (!isEmpty(total)) this.fit(total, 20);
  }

  /** Zoom to a location with its surroundings, and mark it. */
  showLocation(id: string): void {
    const feature = this.locations.getSource()?.getFeatureById(id);
    const extent = feature instanceof Feature ? feature.getGeometry()?.getExtent() : undefined;
    this.selected = id;
    this.locations.changed();
    if (!extent) return;
    const size = Math.max(getWidth(extent), getHeight(extent), 2);
    this.fit(buffer(extent, size * MARGIN), 40);
  }

  /** Show only these locations; null: all. */
  filter(ids: ReadonlySet<string> | null): void {
    this.locations.setStyle((feature, resolution) =>
      ids && !ids.has(String(feature.getId())) ? undefined : this.createLocationStyle(feature, resolution),
    );
  }

  private fit(extent: Extent, padding: number): void {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const sides = [padding, padding, padding, padding];
    this.map.getView().fit(extent, { padding: sides, duration: isStill ? 0 : 300 });
  }

  private createSource(collection: GeoJsonObject | undefined): VectorSource {
    return new VectorSource({ features: collection ? this.format.readFeatures(collection) : [] });
  }

  private restyle(): void {
    const color = readToken("--map-line-prefecture");
    const far = new Style({ stroke: new Stroke({ color, width: 1 }) });
    // At large scales they only continue the exact outlines, and must not be taken for them.
    const near = new Style({ stroke: new Stroke({ color, width: 0.5, lineDash: [2, 6] }) });
    this.coarse.setStyle((_, resolution) => (resolution < COARSE_RESOLUTION ? near : far));
    this.exact.setStyle((feature) => this.createOutlineStyle(feature));
    const lines = new Style({ stroke: new Stroke({ color, width: 0.6 }) });
    this.register.setStyle((feature) => (feature.get("layer") === "label" ? undefined : lines));
    this.filter(null);
  }

  private createMoveStyle(feature: FeatureLike): Style[] {
    const color = readToken("--move");
    const geometry = feature.getGeometry();
    const end = geometry instanceof LineString ? geometry.getLastCoordinate() : geometry?.getExtent().slice(0, 2);
    const isRemoved = feature.get("isRemoved") === true;
    const stroke = new Stroke({ color, width: 2 });
    const fill = new Fill({ color: isRemoved ? readToken("--surface") : color });
    const text = new Text({
      text: String(feature.get("distance")),
      font: `12px ${readToken("--font")}`,
      offsetY: -12,
      fill: new Fill({ color: readToken("--map-label") }),
      stroke: new Stroke({ color: readToken("--map-halo"), width: 3 }),
    });
    const styles = [new Style({ stroke, zIndex: 11 })];
    if (end) {
      const image = new Circle({ radius: 4.5, fill, stroke });
      styles.push(new Style({ geometry: new Point(end), image, text, zIndex: 12 }));
    }
    return styles;
  }

  private createOutlineStyle(feature: FeatureLike): Style {
    return new Style({
      stroke: new Stroke({ color: readToken("--map-line-province"), width: 1.5 }),
      text: new Text({
        text: String(feature.get("name")),
        placement: "line",
        font: `12px ${readToken("--font")}`,
        fill: new Fill({ color: readToken("--map-label") }),
        stroke: new Stroke({ color: readToken("--map-halo"), width: 3 }),
        textBaseline: "bottom",
      }),
    });
  }

  private createLocationStyle(feature: FeatureLike, resolution: number): Style[] {
    const kind = feature.get("kind") as MapLocation["kind"];
    const { color: name, dash, points, width } = STYLES[kind];
    const color = readToken(name);
    const isSelected = feature.getId() === this.selected;
    const extent = feature.getGeometry()?.getExtent() ?? createEmpty();
    const zIndex = isSelected ? 10 : kind === "error" ? 3 : kind === "warning" ? 2 : 1;
    const stroke = new Stroke({ color, width: isSelected ? width + 2 : width, ...(dash ? { lineDash: dash } : {}) });
    const fill = new Fill({ color: kind === "open" ? "transparent" : `${color}40` });
    const styles = [new Style({ stroke, fill, zIndex })];
    if (Math.max(getWidth(extent), getHeight(extent)) < SYMBOL_SIZE_PX * resolution) {
      styles.push(this.createSymbol(getCenter(extent), color, points, isSelected, zIndex));
    }
    return styles;
  }

  private createSymbol(at: number[], color: string, points: number, isSelected: boolean, zIndex: number): Style {
    const radius = isSelected ? 11 : 6;
    const fill = new Fill({ color });
    const stroke = new Stroke({ color: readToken("--surface"), width: isSelected ? 2.5 : 1 });
    const image = points
      ? new RegularShape({ points, radius: radius + 1, fill, stroke, angle: points === 4 ? Math.PI / 4 : 0 })
      : new Circle({ radius: radius - 1, fill, stroke });
    return new Style({ geometry: new Point(at), image, zIndex });
  }
}

function readToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

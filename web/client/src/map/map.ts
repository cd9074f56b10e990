import OlMap from "ol/Map";
import View from "ol/View";
import { defaults as defaultControls } from "ol/control/defaults";
import Control from "ol/control/Control";
import ScaleLine from "ol/control/ScaleLine";
import type { Extent } from "ol/extent";
import Feature from "ol/Feature";
import MVT from "ol/format/MVT";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import VectorTileLayer from "ol/layer/VectorTile";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import type { Pixel } from "ol/pixel";
import { fromLonLat, transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import VectorTileSource from "ol/source/VectorTile";

import { type AsOf, type Config, type PageState, asOfQuery, getElement } from "../config";
import { MapTools } from "./map-tools";
import { Overlay } from "./overlay";
import { readPalette } from "./palette";
import { fetchOutline } from "./outline";
import { applyHash, buildLink } from "./permanent-link";
import { type MapLook, areaStyle, ghostStyle, hoverStyle, labelStyle, selectionStyle } from "./style";
import { type TileUnit, displayName, readUnit } from "./units";

/** The home province until its own outline has arrived, in degrees. */
const FIRST_VIEW = transformExtent([109.6, 20.1, 117.4, 25.6], "EPSG:4326", "EPSG:3857");
const PADDING = [40, 40, 40, 40];
const WIDE = [80, 80, 80, 80];

/** From this zoom on the pointer selects counties; below it, prefectures. */
const COUNTY_ZOOM = 7.8;

/** The map next to the panel: draws the register's own tiles and opens the unit that is clicked. */
export class RegisterMap {
  private readonly view = new View({
    extent: transformExtent([70, 5, 140, 55], "EPSG:4326", "EPSG:3857"),
    minZoom: 4,
    maxZoom: 16,
    enableRotation: false,
  });
  private readonly ghosts = new VectorTileLayer({ visible: false, renderMode: "vector" });
  private readonly areas = new VectorTileLayer({});
  /** What a tool draws over the areas. */
  readonly overlay = new Overlay(this.areas);
  private readonly hover = new VectorTileLayer({ renderMode: "vector" });
  private readonly labels = new VectorTileLayer({ declutter: true, renderMode: "vector" });
  private readonly outline = new VectorLayer({ source: new VectorSource() });
  private readonly map: OlMap;
  private readonly target = getElement("map");
  private readonly tip = getElement("map-tip");
  private readonly note = getElement("map-note");
  private readonly takesEffect = getElement("map-takes-effect");

  private asOf: AsOf | null = null;
  private hovered: TileUnit | null = null;
  private fitting: AbortController | null = null;
  private hasView = false;
  /** Whether somebody has moved the map since the page brought something into view. */
  private isMoved = false;
  private readonly tools: MapTools;

  constructor(
    private readonly config: Config,
    private readonly open: (url: URL) => void,
    announce: (text: string) => void,
  ) {
    this.map = new OlMap({
      target: this.target,
      view: this.view,
      layers: [
        this.ghosts,
        this.areas,
        this.overlay.shades,
        this.hover,
        this.outline,
        this.labels,
        this.overlay.dots,
      ],
      controls: defaultControls({
        attribution: false, // part of the text of the page, which is read without a script too
        rotate: false,
        zoomOptions: {
          zoomInTipLabel: config.text.map_zoom_in,
          zoomOutTipLabel: config.text.map_zoom_out,
        },
      }).extend([new ScaleLine(), this.homeControl()]),
    });
    this.tools = new MapTools(this.map, this.view, config, announce);
    this.map.addLayer(this.tools.measuring.layer);
    this.view.fit(FIRST_VIEW, { size: this.map.getSize() ?? [800, 600], padding: PADDING });
    this.isMoved = applyHash(this.view, location.hash);
    this.restyle();
    this.followMoves();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.restyle();
    });
    this.map.on("pointermove", (event) => {
      this.onMove(event);
    });
    this.map.on("click", (event) => {
      const unit = this.tools.measuring.kind ? null : this.unitAt(event.pixel);
      if (unit) this.openUnit(unit.code);
    });
    this.target.addEventListener("pointerleave", () => {
      this.setHovered(null);
    });
  }

  /** Show the date of the page and mark its unit. */
  show(state: PageState): void {
    this.takesEffect.textContent = state.takesEffect;
    if (JSON.stringify(state.asOf) !== JSON.stringify(this.asOf)) this.setAsOf(state.asOf);
    if (state.point) this.showPoint(state.point);
    else void this.select(state.chain, state.outlined);
  }

  /** Bring a unit into view, and outline it. */
  focus(code: string): void {
    void this.select([code], code);
  }

  /** Bring what a tool has drawn into view. */
  frame(extent: Extent): void {
    this.fitting?.abort();
    this.outline.getSource()?.clear();
    this.move(extent, WIDE, 12);
  }

  /** Mark a place, and come near enough to see what is around it. */
  private showPoint(lonLat: readonly [number, number]): void {
    this.fitting?.abort();
    const place = new Point(fromLonLat([...lonLat]));
    this.outline.getSource()?.clear();
    this.outline.getSource()?.addFeature(new Feature(place));
    this.move(place.getExtent(), PADDING, 11);
  }

  private setAsOf(asOf: AsOf): void {
    this.asOf = asOf;
    this.setHovered(null);
    const source = this.createTiles(asOf);
    for (const layer of [this.areas, this.overlay.shades, this.hover, this.labels]) layer.setSource(source);
    const isToday = asOf.at === this.config.today;
    this.ghosts.setVisible(!isToday);
    if (!isToday) {
      this.ghosts.setSource(this.createTiles({ at: this.config.today, knownAt: null, basis: null }));
    }
    this.note.hidden = isToday;
  }

  private createTiles(asOf: AsOf): VectorTileSource {
    const query = asOfQuery(asOf, this.config.today);
    query.set("at", asOf.at);
    return new VectorTileSource({
      format: new MVT(),
      url: `/tiles/divisions/{z}/{x}/{y}.mvt?${query}`,
      maxZoom: 14,
    });
  }

  /** Bring the nearest unit of the chain that has an area into view, and outline it if it is that one. */
  private async select(chain: readonly string[] | null, outlined: string | null): Promise<void> {
    this.fitting?.abort();
    const fitting = (this.fitting = new AbortController());
    const codes = chain ?? [this.config.home];
    const asOf = this.asOf;
    if (!asOf) return;
    const outline = await fetchOutline(codes, asOfQuery(asOf, this.config.today), fitting.signal);
    if (fitting.signal.aborted) return;
    const source = this.outline.getSource();
    source?.clear();
    if (outline) {
      if (outline.code === outlined) source?.addFeature(outline.feature);
      this.fit(outline.feature);
    }
  }

  private fit(feature: Feature): void {
    const extent = feature.getGeometry()?.getExtent();
    if (!extent) return;
    // A margin of a sixth on each side, so that the neighbours can be recognised.
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const padding = [height / 6, width / 6, height / 6, width / 6];
    const isHome = feature.get("code") === this.config.home;
    this.move(extent, isHome ? PADDING : padding, 12);
  }

  /** Keep in the address what somebody has brought into view, so that it can be passed on. */
  private followMoves(): void {
    for (const kind of ["pointerdown", "wheel", "keydown"]) {
      this.target.addEventListener(kind, () => (this.isMoved = true), { passive: true });
    }
    this.map.on("moveend", () => {
      if (this.isMoved) history.replaceState(history.state, "", buildLink(this.view, location.href));
    });
  }

  /** Bring an extent into view: at once for the first page, with a short flight later. */
  private move(extent: Extent, padding: number[], maxZoom: number): void {
    const isStill = !this.hasView || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const isNamed = this.isMoved && !this.hasView; // the address says what is in view
    this.hasView = true;
    if (isNamed) return;
    this.isMoved = false;
    this.view.fit(extent, { padding, maxZoom, duration: isStill ? 0 : 350 });
  }

  private restyle(): void {
    const { lang, home } = this.config;
    const palette = readPalette();
    const look: MapLook = { palette, lang, home };
    this.overlay.restyle(palette);
    this.tools.measuring.restyle(palette);
    const zoom = (): number => this.view.getZoom() ?? 0;
    this.ghosts.setStyle(ghostStyle(look));
    this.areas.setStyle(areaStyle(look));
    this.hover.setStyle(hoverStyle(look, () => this.hovered?.code ?? null));
    this.labels.setStyle(labelStyle(look, zoom));
    this.outline.setStyle(selectionStyle(look));
  }

  private onMove(event: MapBrowserEvent): void {
    if (event.dragging) {
      this.setHovered(null);
      return;
    }
    this.setHovered(this.unitAt(event.pixel), event.pixel);
  }

  /** The unit at a pixel: that of a label, else the one of the level that fits the zoom. */
  private unitAt(pixel: Pixel): TileUnit | null {
    const options = { layerFilter: (layer: unknown) => layer === this.labels };
    const labelled = this.map.forEachFeatureAtPixel(pixel, readUnit, options);
    if (labelled) return labelled;
    const unitsByLevel = new Map<string, TileUnit>();
    this.map.forEachFeatureAtPixel(
      pixel,
      (feature) => {
        const unit = readUnit(feature);
        if (unit) unitsByLevel.set(unit.level, unit);
      },
      { layerFilter: (layer) => layer === this.areas },
    );
    const zoomedIn = (this.view.getZoom() ?? 0) >= COUNTY_ZOOM;
    const levels = zoomedIn
      ? (["county", "prefecture", "province"] as const)
      : (["prefecture", "county", "province"] as const);
    for (const level of levels) {
      const unit = unitsByLevel.get(level);
      if (unit) return unit;
    }
    return null;
  }

  private setHovered(unit: TileUnit | null, pixel: Pixel = [0, 0]): void {
    this.tip.hidden = unit === null;
    if (unit) {
      const note = this.overlay.note(unit.code);
      this.tip.textContent = displayName(unit, this.config.lang) + (note && ` · ${note}`);
      this.tip.style.left = `${pixel[0] ?? 0}px`;
      this.tip.style.top = `${pixel[1] ?? 0}px`;
    }
    if (unit?.code === this.hovered?.code) return;
    this.hovered = unit;
    this.target.style.cursor = unit ? "pointer" : "";
    this.hover.changed();
  }

  private openUnit(code: string): void {
    const url = new URL(`/units/${code}`, location.origin);
    if (this.asOf) url.search = asOfQuery(this.asOf, this.config.today).toString();
    this.open(url);
  }

  private homeControl(): Control {
    const button = document.createElement("button");
    button.type = "button";
    button.title = this.config.text.map_home;
    button.ariaLabel = this.config.text.map_home;
    button.textContent = "⌂";
    button.addEventListener("click", () => {
      this.fitting?.abort(); // an outline still on its way must not take the view back
      this.move(FIRST_VIEW, PADDING, 12);
    });
    const box = document.createElement("div");
    box.className = "ol-home ol-unselectable ol-control";
    box.append(button);
    return new Control({ element: box });
  }
}

import type OlMap from "ol/Map";
import type View from "ol/View";
import Control from "ol/control/Control";
import { toLonLat } from "ol/proj";

import type { Config } from "../config";
import { type Measure, Measuring } from "./measuring";
import { buildLink } from "./permanent-link";
import { type IconName, createIcon } from "./tool-icons";

const DECIMALS = 5;

/** The buttons of the map besides zooming: copy its link, measure, print; and where the pointer is. */
export class MapTools {
  readonly measuring: Measuring;
  private readonly result = document.createElement("output");
  private readonly coordinates = document.createElement("output");
  private readonly heading = document.createElement("p");
  private readonly buttons = new Map<Measure, HTMLButtonElement>();

  constructor(
    private readonly map: OlMap,
    private readonly view: View,
    private readonly config: Config,
    private readonly announce: (text: string) => void,
  ) {
    this.measuring = new Measuring(map, (text) => {
      this.result.textContent = text;
      this.result.hidden = text === "";
    });
    this.result.className = "map__measured";
    this.result.hidden = true;
    this.coordinates.className = "map__coordinates";
    this.heading.className = "map__heading";
    map.getTargetElement()?.append(this.heading);
    this.coordinates.ariaLabel = config.text.map_coordinates;
    map.addControl(this.buildBar());
    map.addControl(new Control({ element: this.result }));
    map.addControl(new Control({ element: this.coordinates }));
    map.on("pointermove", ({ coordinate }) => {
      const [lon = 0, lat = 0] = toLonLat(coordinate);
      this.coordinates.textContent = `${lat.toFixed(DECIMALS)}, ${lon.toFixed(DECIMALS)}`;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.measuring.kind) this.endMeasuring();
    });
  }

  private buildBar(): Control {
    const { text } = this.config;
    const bar = document.createElement("div");
    bar.className = "ol-tools ol-unselectable ol-control";
    bar.append(
      createButton(text.map_copy_link, "link", () => void this.copyLink()),
      this.createMeasureButton("distance", text.map_measure_distance),
      this.createMeasureButton("area", text.map_measure_area),
      createButton(text.map_print, "print", () => {
        this.print();
      }),
    );
    return new Control({ element: bar });
  }

  private createMeasureButton(kind: Measure, title: string): HTMLButtonElement {
    const button = createButton(title, kind, () => {
      this.measuring.toggle(kind);
      this.showPressed();
      if (this.measuring.kind) this.announce(this.config.text.map_measure_help);
    });
    button.ariaPressed = "false";
    this.buttons.set(kind, button);
    return button;
  }

  /** Print the map alone, headed by what the page shows and when. */
  private print(): void {
    const at = document.getElementById("page")?.dataset["at"] ?? "";
    this.heading.textContent = `${document.title} · ${at}`;
    const { classList } = document.documentElement;
    classList.add("is-map-printed");
    this.map.updateSize();
    this.map.once("rendercomplete", () => {
      window.print();
      classList.remove("is-map-printed");
    });
    this.map.render();
  }

  private endMeasuring(): void {
    this.measuring.stop();
    this.showPressed();
  }

  private showPressed(): void {
    for (const [kind, button] of this.buttons) button.ariaPressed = String(this.measuring.kind === kind);
  }

  /** Copy the address of what is in view; where the browser refuses, it stands in the address bar. */
  private async copyLink(): Promise<void> {
    const url = buildLink(this.view, location.href);
    history.replaceState(history.state, "", url);
    try {
      await navigator.clipboard.writeText(url.toString());
      this.announce(this.config.text.map_link_copied);
    } catch {
      this.announce(this.config.text.map_link_shown);
    }
  }
}

function createButton(title: string, icon: IconName, press: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.title = title;
  button.ariaLabel = title;
  button.append(createIcon(icon));
  button.addEventListener("click", press);
  return button;
}

import type { Template } from "./translations";

/** Language, codes and texts from the server, in one JSON block of the shell. */
export interface Config {
  readonly lang: "zh" | "en";
  readonly today: string;
  /** The last day on which a change is known to take effect, or today. */
  readonly lastDay: string;
  /** Code of the unit whose territory is drawn in full; everything else is context. */
  readonly home: string;
  /** The names of the levels of units and places. */
  readonly levels: Readonly<Record<string, string>>;
  readonly text: Readonly<Record<TextKey, string>> & { readonly results_count: Template };
}

export type TextKey =
  | "map_home"
  | "map_zoom_in"
  | "map_zoom_out"
  | "map_coordinates"
  | "map_copy_link"
  | "map_link_copied"
  | "map_link_shown"
  | "map_measure_area"
  | "map_measure_distance"
  | "map_measure_help"
  | "map_print"
  | "results_none"
  | "former_name"
  | "page_failed";

/** The moment of a page, as in its address; `at` is always a full date. */
export interface AsOf {
  readonly at: string;
  readonly knownAt: string | null;
  readonly basis: string | null;
}

/** The page in the panel, read from the data attributes of its element. */
export interface PageState {
  readonly asOf: AsOf;
  /** The unit shown and its ancestors, as far as their areas are known, nearest first; null on other pages. */
  readonly chain: readonly string[] | null;
  /** The unit shown, which is outlined if its area is known. */
  readonly outlined: string | null;
  /** Longitude and latitude of the place shown, in degrees. */
  readonly point: readonly [number, number] | null;
  /** When the state shown takes effect, in words; null unless that is to come. */
  readonly takesEffect: string | null;
  /** Years in which the unit changed. */
  readonly years: readonly number[];
}

/** Read the configuration block of the shell. */
export function readConfig(): Config {
  const block = document.getElementById("client-config");
  if (!block?.textContent) throw new Error("the page carries no client configuration");
  return JSON.parse(block.textContent) as Config;
}

/** Read the state of the page in the panel from its data attributes. */
export function readPage(page: HTMLElement): PageState {
  const { at, knownAt, basis, chain, outlined, point, takesEffect, years } = page.dataset;
  const [lon, lat] = point?.split(" ").map(Number) ?? [];
  return {
    asOf: { at: at ?? "", knownAt: knownAt ?? null, basis: basis ?? null },
    chain: chain?.split(" ").filter(Boolean) ?? null,
    outlined: outlined ?? null,
    point: lon !== undefined && lat !== undefined ? [lon, lat] : null,
    takesEffect: takesEffect ?? null,
    years: years ? years.split(" ").map(Number) : [],
  };
}

/** The query parameters of a moment; the present day is left out, so that addresses stay short. */
export function asOfQuery(asOf: AsOf, today: string): URLSearchParams {
  const query = new URLSearchParams();
  if (asOf.at !== today) query.set("at", asOf.at);
  if (asOf.knownAt) query.set("known_at", asOf.knownAt);
  if (asOf.basis) query.set("basis", asOf.basis);
  return query;
}

/** An element of the page. */
export function getElement(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** What the server tells the client: language, addresses and texts, in one JSON block of the shell. */
export interface Config {
  readonly lang: "zh" | "en";
  readonly today: string;
  /** Code of the unit whose territory is drawn in full; everything else is context. */
  readonly home: string;
  /** What the levels of units and places are called. */
  readonly levels: Readonly<Record<string, string>>;
  readonly text: Readonly<Record<TextKey, string>>;
}

export type TextKey =
  | "map_label"
  | "map_help"
  | "map_home"
  | "map_zoom_in"
  | "map_zoom_out"
  | "map_ghost"
  | "map_no_area"
  | "map_failed"
  | "results_none"
  | "results_count"
  | "former_name"
  | "page_failed";

/** The moment a page answers for, as it stands in the address; `at` is always a full date. */
export interface Moment {
  readonly at: string;
  readonly knownAt: string | null;
  readonly basis: string | null;
}

/** The page in the panel, read from the data attributes of its element. */
export interface PageState {
  readonly moment: Moment;
  /** The unit shown and its ancestors, nearest first; empty on pages that show no unit. */
  readonly chain: readonly string[];
  /** Longitude and latitude of the place shown, in degrees. */
  readonly point: readonly [number, number] | null;
  /** Years in which something changed here. */
  readonly years: readonly number[];
}

/** Read the configuration block of the shell. */
export function readConfig(): Config {
  const block = document.getElementById("client-config");
  if (!block?.textContent) throw new Error("the page carries no client configuration");
  return JSON.parse(block.textContent) as Config;
}

/** Read what the page in the panel says about itself. */
export function readPage(page: HTMLElement): PageState {
  const { at, knownAt, basis, chain, point, years } = page.dataset;
  const [lon, lat] = point?.split(" ").map(Number) ?? [];
  return {
    moment: { at: at ?? "", knownAt: knownAt ?? null, basis: basis ?? null },
    chain: chain ? chain.split(" ") : [],
    point: lon !== undefined && lat !== undefined ? [lon, lat] : null,
    years: years ? years.split(" ").map(Number) : [],
  };
}

/** The query that repeats a moment, `today` left out so that plain addresses stay plain. */
export function momentQuery(moment: Moment, today: string): URLSearchParams {
  const query = new URLSearchParams();
  if (moment.at !== today) query.set("at", moment.at);
  if (moment.knownAt) query.set("known_at", moment.knownAt);
  if (moment.basis) query.set("basis", moment.basis);
  return query;
}

/** An element of the shell that the templates promise. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

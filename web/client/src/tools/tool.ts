import type { Config, PageState } from "../config";
import type { RegisterMap } from "../map/map";

/** What a tool may use of the page around it. */
export interface Surroundings {
  readonly config: Config;
  readonly state: PageState;
  readonly map: Promise<RegisterMap>;
  readonly announce: (text: string) => void;
}

/** A tool that stands on the page; `close` when the page is left. */
export interface Tool {
  close(): void;
}

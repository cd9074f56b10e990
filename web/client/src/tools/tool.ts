import type { Config, PageState } from "../config";
import type { RegisterMap } from "../map/map";

/** The parts of the page that a tool may use. */
export interface ToolContext {
  readonly config: Config;
  readonly state: PageState;
  readonly map: Promise<RegisterMap>;
  readonly announce: (text: string) => void;
}

/** A tool on the page; `close` is called when the page is left. */
export interface Tool {
  close(): void;
}

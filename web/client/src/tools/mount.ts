import { coverageTool } from "./coverage";
import { geocodeTool } from "./geocode";
import type { Surroundings, Tool } from "./tool";

const TOOLS: Readonly<Record<string, (around: Surroundings) => Tool>> = {
  geocode: geocodeTool,
  coverage: coverageTool,
};

/** Bring a tool of the page to life. */
export function mount(kind: string, around: Surroundings): Tool | null {
  return TOOLS[kind]?.(around) ?? null;
}

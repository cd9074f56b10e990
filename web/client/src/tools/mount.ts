import { createCodesTool } from "./codes";
import { createCoverageTool } from "./coverage";
import { createGeocodeTool } from "./geocode";
import { createNamingTool } from "./naming";
import type { ToolContext, Tool } from "./tool";

const TOOLS: Readonly<Record<string, (context: ToolContext) => Tool>> = {
  codes: createCodesTool,
  geocode: createGeocodeTool,
  coverage: createCoverageTool,
  naming: createNamingTool,
};

/** Start a tool of the page. */
export function mountTool(kind: string, context: ToolContext): Tool | null {
  return TOOLS[kind]?.(context) ?? null;
}

import type Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";

export interface Outline {
  readonly code: string;
  readonly feature: Feature;
}

/**
 * The area of the first of `codes` that has one on the date of `query`, in map coordinates.
 * Townships and villages have no polygon: then the nearest unit above them is brought into view.
 */
export async function fetchOutline(
  codes: readonly string[],
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Outline | null> {
  for (const code of codes) {
    try {
      const response = await fetch(`/v1/divisions/${code}/area?${query}`, { signal });
      if (!response.ok) continue;
      const feature = new GeoJSON().readFeature(await response.json(), {
        featureProjection: "EPSG:3857",
      }) as Feature;
      return { code, feature };
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return null;
      throw error;
    }
  }
  return null;
}

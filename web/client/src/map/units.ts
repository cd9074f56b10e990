import type { FeatureLike } from "ol/Feature";
import type { DrawnLevel } from "./palette";

/** A unit as the tiles have it. */
export interface TileUnit {
  readonly code: string;
  readonly name: string;
  readonly romanized: string;
  readonly level: DrawnLevel;
}

/** The unit of a tile's feature; `null` for anything else. */
export function readUnit(feature: FeatureLike): TileUnit | null {
  const code: unknown = feature.get("code");
  const level: unknown = feature.get("level");
  if (typeof code !== "string") return null;
  if (level !== "province" && level !== "prefecture" && level !== "county") return null;
  return {
    code,
    level,
    name: String(feature.get("name") ?? ""),
    romanized: String(feature.get("romanized_name") ?? ""),
  };
}

/** The leading digits that a unit shares with everything inside it: 440000 → 44, 440100 → 4401. */
export function codeStem(code: string): string {
  return code.replace(/(?:00){1,2}$/, "");
}

/** The name in the language of the page, the Chinese one where no other is known. */
export function displayName(unit: TileUnit, lang: "zh" | "en"): string {
  return lang === "en" && unit.romanized ? unit.romanized : unit.name;
}

/** The name without its generic part in letters, which take more room: Guangzhou. */
export function shortName(unit: TileUnit, lang: "zh" | "en"): string {
  return lang === "en" ? displayName(unit, lang).replace(/ Shi$/, "") : unit.name;
}

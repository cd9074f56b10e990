/** Colours and faces of the map, read from the tokens so that page and map never differ. */
export interface Palette {
  readonly context: string;
  readonly contextLine: string;
  readonly tints: readonly string[];
  readonly lines: Readonly<Record<DrawnLevel, string>>;
  readonly label: string;
  readonly labelContext: string;
  readonly halo: string;
  readonly hover: string;
  readonly selected: string;
  readonly casing: string;
  readonly ghost: string;
  readonly font: string;
}

export type DrawnLevel = "province" | "prefecture" | "county";

const TINTS = 7;

/** Read the palette that is in force now (light or dark). */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    context: token("--map-context"),
    contextLine: token("--map-context-line"),
    tints: Array.from({ length: TINTS }, (_, index) => token(`--map-tint-${index + 1}`)),
    lines: {
      province: token("--map-line-province"),
      prefecture: token("--map-line-prefecture"),
      county: token("--map-line-county"),
    },
    label: token("--map-label"),
    labelContext: token("--map-label-context"),
    halo: token("--map-halo"),
    hover: token("--map-hover"),
    selected: token("--map-selected"),
    casing: token("--map-selected-casing"),
    ghost: token("--map-ghost"),
    font: token("--font"),
  };
}

/**
 * The tint of a prefecture: the same for the same code on every day and device.
 * The factor was chosen so that no two neighbouring prefectures of Guangdong share a tint.
 */
export function tintOf(code: string, tints: readonly string[]): string {
  return tints[(Number(code.slice(2, 4)) * 3) % tints.length] ?? "transparent";
}

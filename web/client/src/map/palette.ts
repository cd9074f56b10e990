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
  readonly selectedFill: string;
  readonly casing: string;
  readonly ghost: string;
  readonly ramp: readonly string[];
  readonly none: string;
  readonly dot: string;
  readonly onDot: string;
  readonly font: string;
}

export type DrawnLevel = "province" | "prefecture" | "county";

const TINTS = 7;

/** Steps of the ramp by which units are shaded, fewest first. */
export const RAMP_STEPS = 4;

/** Chosen by search: with these, no two neighbouring prefectures of Guangdong share a tint. */
const FACTOR = 22;
const MODULUS = 53;

/** Read the current palette (light or dark). */
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
    selectedFill: token("--map-selected-fill"),
    casing: token("--map-selected-casing"),
    ghost: token("--map-ghost"),
    ramp: Array.from({ length: RAMP_STEPS }, (_, index) => token(`--map-ramp-${index + 1}`)),
    none: token("--map-none"),
    dot: token("--map-dot"),
    onDot: token("--map-on-dot"),
    font: token("--font"),
  };
}

/** The tint of a prefecture and everything in it: the same for the same code on every device. */
export function tintOf(code: string, tints: readonly string[]): string {
  const hash = (Number(code.slice(2, 4)) * FACTOR) % MODULUS;
  return tints[hash % tints.length] ?? "transparent";
}

import type { Translate } from "./translations";

/** A number for readers: three decimals, small ones with three significant digits. */
export function formatDecimal(value: number): string {
  const digits = Math.abs(value) < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 3 };
  return value.toLocaleString("en", digits);
}

/** A measured value with its unit (`m`, `m2`, `deg`, `share` or things that are counted). */
export function formatMeasure(value: number | null, unit: string | null, t: Translate): string {
  if (value === null) return "";
  if (unit === null) return formatDecimal(value);
  const count = Number.isInteger(value) ? { n: value } : {};
  return t(`measure.${unit}`, { value: formatDecimal(unit === "share" ? 100 * value : value), ...count });
}

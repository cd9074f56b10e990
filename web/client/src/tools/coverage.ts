import type { Shade } from "../map/overlay";
import { RAMP_STEPS } from "../map/palette";
import { type Translate, formatNumber, readTranslations } from "../translations";
import { FACILITY_ROLES } from "./column-mapping";
import { createElement, createSecondLine, findElement } from "./elements";
import { ListForm, type ListRun } from "./list-form";
import { createDownload } from "./result-download";
import { type TableRow, createLongTable } from "./table";
import type { Tool, ToolContext } from "./tool";

interface UnitRef {
  readonly level: string;
  readonly code: string | null;
  readonly name: string;
}

interface CountedUnit extends UnitRef {
  readonly label: string;
  readonly parents: readonly UnitRef[];
  readonly count: number;
  readonly rows: readonly number[];
}

interface Facility {
  readonly row: number;
  readonly name: string | null;
  readonly address: string;
  readonly status: string;
  readonly label: string | null;
  readonly detail: string | null;
  readonly point: readonly [number, number] | null;
}

/** The response of `/v1/coverage`, as far as it is shown. */
interface Coverage {
  readonly level: string;
  readonly within: UnitRef;
  readonly totals: Readonly<Record<string, number>>;
  readonly units: readonly CountedUnit[];
  readonly facilities: readonly Facility[];
}

/** The levels whose areas are drawn on the map. */
const DRAWN_LEVELS = ["province", "prefecture", "county"];
const NOT_COUNTED = ["ambiguous", "not_found", "outside", "not_at_level", "invalid"] as const;

/** The page that counts facilities by unit. */
export function createCoverageTool(context: ToolContext): Tool {
  const t = readTranslations();
  return new ListForm(
    {
      action: "/v1/coverage",
      job: "coverage",
      roles: FACILITY_ROLES,
      nothingChosen: t("tool.nothing_chosen"),
      showResult: async (response, run) => {
        const coverage = (await response.json()) as Coverage;
        showResult(coverage, run, context, t);
        await drawOnMap(coverage, context, t);
      },
    },
    t,
    context.config.lang,
    context.announce,
  );
}

function showResult(coverage: Coverage, run: ListRun, context: ToolContext, t: Translate): void {
  const { totals, units } = coverage;
  const title = t("tool.units_without", { n: totals["units_without"] ?? 0 });
  const facts = t("tool.of_units", { units: totals["units"] ?? units.length, n: totals["counted"] ?? 0 });
  findElement("list-answer", HTMLElement).replaceChildren(
    createElement(
      "section",
      { class: "section", "aria-labelledby": "units-title" },
      createElement(
        "h2",
        { class: "section__title", id: "units-title" },
        title,
        createElement("small", {}, facts),
      ),
      createLegend(coverage, t),
      createDownload(run, { action: "/v1/coverage/csv", suffix: "coverage" }, context.config.lang, t),
      createUnitTable(coverage, t),
    ),
    createNotCounted(coverage, t),
  );
  context.announce(`${title} ${facts}`);
}

function createUnitTable({ units }: Coverage, t: Translate): HTMLElement {
  const rows: TableRow[] = units.map((unit) => ({
    kind: unit.count === 0 ? "without" : "with",
    cells: [
      createElement(
        "span",
        { lang: "zh-Hans" },
        unit.code ? createElement("a", { href: `/units/${unit.code}` }, unit.name) : unit.name,
        createSecondLine(unit.parents.map((parent) => parent.name).join(" › ")),
      ),
      createElement("span", { class: "code" }, unit.code ?? "—"),
      createElement("span", unit.count === 0 ? { class: "badge badge--error" } : {}, String(unit.count)),
    ],
  }));
  const columns = [
    { title: t("tool.unit") },
    { title: t("tool.code"), isNumber: true },
    { title: t("tool.count"), isNumber: true },
  ];
  const first = rows.some((row) => row.kind === "without") ? "without" : "";
  return createLongTable(t("tool.units"), columns, rows, { without: t("tool.only_without") }, t, first);
}

function createNotCounted({ facilities }: Coverage, t: Translate): HTMLElement {
  const rows: TableRow[] = facilities
    .filter((facility) => facility.status !== "counted")
    .map((facility) => ({
      kind: facility.status,
      cells: [
        String(facility.row),
        createElement(
          "span",
          { lang: "zh-Hans" },
          [facility.name, facility.address].filter(Boolean).join(" · "),
          createSecondLine([facility.label, facility.detail].filter(Boolean).join(" · ")),
        ),
        createElement("span", { class: "badge badge--warning" }, t(`status.${facility.status}`)),
      ],
    }));
  const columns = [t("tool.row"), t("tool.address"), t("tool.status")].map((title) => ({ title }));
  const kinds = Object.fromEntries(NOT_COUNTED.map((status) => [status, t(`status.${status}`)]));
  return createElement(
    "section",
    { class: "section", "aria-labelledby": "rest-title" },
    createElement(
      "h2",
      { class: "section__title", id: "rest-title" },
      `${t("tool.not_located")} `,
      createElement("small", {}, formatNumber(rows.length)),
    ),
    rows.length > 0
      ? createLongTable(t("tool.not_located"), columns, rows, kinds, t)
      : createElement("p", { class: "quiet" }, t("tool.all_counted")),
  );
}

/** The largest number of each step of the ramp: each about the same multiple of the one before. */
function rampBounds(largest: number): number[] {
  const bounds: number[] = [];
  for (let step = 1; step <= RAMP_STEPS; step++) {
    const previous = bounds.at(-1) ?? 0;
    if (previous < largest) bounds.push(Math.max(previous + 1, Math.ceil(largest ** (step / RAMP_STEPS))));
  }
  return bounds;
}

function stepOf(count: number, bounds: readonly number[]): number {
  if (count === 0) return 0;
  const index = bounds.findIndex((bound) => count <= bound);
  return 1 + (index === -1 ? bounds.length - 1 : index);
}

/** The numbers to colour by: facilities of each unit, or units without any in each county. */
function numbersByCode({ units }: Coverage): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const unit of units) {
    if (DRAWN_LEVELS.includes(unit.level)) {
      if (unit.code) numbers.set(unit.code, unit.count);
      continue;
    }
    const county = [...unit.parents].reverse().find((parent) => DRAWN_LEVELS.includes(parent.level));
    if (county?.code) numbers.set(county.code, (numbers.get(county.code) ?? 0) + (unit.count === 0 ? 1 : 0));
  }
  return numbers;
}

function createLegend(coverage: Coverage, t: Translate): HTMLElement {
  const isDrawn = DRAWN_LEVELS.includes(coverage.level);
  const bounds = rampBounds(Math.max(1, ...numbersByCode(coverage).values()));
  const swatch = (step: string, text: string): HTMLElement =>
    createElement("li", {}, createElement("i", { class: `legend__swatch legend__swatch--${step}` }), text);
  const items = bounds.map((bound, index) => {
    const from = (bounds[index - 1] ?? 0) + 1;
    return swatch(String(index + 1), from < bound ? `${from}–${bound}` : String(bound));
  });
  const none = isDrawn ? [swatch("none", t("tool.legend_without"))] : [];
  return createElement(
    "div",
    { class: "legend" },
    createElement("p", { class: "quiet" }, isDrawn ? t("tool.legend") : t("tool.legend_below")),
    createElement("ul", {}, ...none, ...items),
  );
}

async function drawOnMap(coverage: Coverage, context: ToolContext, t: Translate): Promise<void> {
  const isDrawn = DRAWN_LEVELS.includes(coverage.level);
  const numbers = numbersByCode(coverage);
  const bounds = rampBounds(Math.max(1, ...numbers.values()));
  const shades = new Map<string, Shade>();
  for (const [code, number] of numbers) {
    if (!isDrawn && number === 0) continue; // nothing is missing there
    const note = isDrawn ? formatNumber(number) : t("tool.units_without", { n: number });
    shades.set(code, { step: stepOf(number, bounds), note });
  }
  const map = await context.map;
  map.overlay.shade(shades);
  map.overlay.showDots(
    coverage.facilities.flatMap(({ status, point }) =>
      status === "counted" && point ? [{ lon: point[0], lat: point[1], count: 1 }] : [],
    ),
  );
  if (coverage.within.code) map.focus(coverage.within.code);
}

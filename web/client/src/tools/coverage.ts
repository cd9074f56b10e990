import type { Shade } from "../map/overlay";
import { RAMP_STEPS } from "../map/palette";
import { FACILITY_ROLES } from "./columns";
import { find, make, saveLink, under } from "./elements";
import { ListForm, type Run } from "./list";
import { post } from "./send";
import { type TableRow, longTable } from "./table";
import { type Say, counted, readTexts } from "./texts";
import type { Surroundings, Tool } from "./tool";

interface Named {
  readonly level: string;
  readonly code: string | null;
  readonly name: string;
}

interface CountedUnit extends Named {
  readonly label: string;
  readonly parents: readonly Named[];
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

/** What `/v1/coverage` answers, as far as it is shown. */
interface Coverage {
  readonly level: string;
  readonly within: Named;
  readonly totals: Readonly<Record<string, number>>;
  readonly units: readonly CountedUnit[];
  readonly facilities: readonly Facility[];
}

const DRAWN = ["province", "prefecture", "county"];
const NOT_COUNTED = ["ambiguous", "not_found", "outside", "not_at_level", "invalid"] as const;

/** The page that counts facilities by unit. */
export function coverageTool(around: Surroundings): Tool {
  const say = readTexts();
  return new ListForm(
    {
      action: "/v1/coverage",
      job: "coverage",
      roles: FACILITY_ROLES,
      show: async (answer, run) => {
        const found = (await answer.json()) as Coverage;
        show(found, run, around, say);
        await draw(found, around, say);
      },
    },
    say,
    around.config.lang,
    around.announce,
  );
}

function show(found: Coverage, run: Run, around: Surroundings, say: Say): void {
  const without = found.totals["units_without"] ?? 0;
  const told = say("tool.units_without", { n: counted(without) });
  const facts = say("tool.of_units", {
    n: counted(found.totals["units"] ?? found.units.length),
    m: counted(found.totals["counted"] ?? 0),
  });
  find("list-answer", HTMLElement).replaceChildren(
    make(
      "section",
      { class: "section", "aria-labelledby": "units-title" },
      make("h2", { class: "section__title", id: "units-title" }, told, make("small", {}, facts)),
      legend(found, say),
      exportButton(run, around, say),
      unitTable(found, say),
    ),
    notCounted(found, say),
  );
  around.announce(`${told}, ${facts}`);
}

function unitTable(found: Coverage, say: Say): HTMLElement {
  const rows: TableRow[] = found.units.map((unit) => ({
    kind: unit.count === 0 ? "without" : "with",
    cells: [
      make(
        "span",
        { lang: "zh-Hans" },
        unit.code ? make("a", { href: `/units/${unit.code}` }, unit.name) : unit.name,
        under(unit.parents.map((parent) => parent.name).join(" › ")),
      ),
      make("span", { class: "code" }, unit.code ?? "—"),
      make("span", unit.count === 0 ? { class: "badge badge--error" } : {}, String(unit.count)),
    ],
  }));
  const columns = [
    { title: say("tool.unit") },
    { title: say("tool.code"), isNumber: true },
    { title: say("tool.count"), isNumber: true },
  ];
  const first = rows.some((row) => row.kind === "without") ? "without" : "";
  return longTable(say("tool.units"), columns, rows, { without: say("tool.only_without") }, say, first);
}

function notCounted(found: Coverage, say: Say): HTMLElement {
  const rows: TableRow[] = found.facilities
    .filter((facility) => facility.status !== "counted")
    .map((facility) => ({
      kind: facility.status,
      cells: [
        String(facility.row),
        make(
          "span",
          { lang: "zh-Hans" },
          [facility.name, facility.address].filter(Boolean).join(" · "),
          under([facility.label, facility.detail].filter(Boolean).join(" · ")),
        ),
        make("span", { class: "badge badge--warning" }, say(`status.${facility.status}`)),
      ],
    }));
  const columns = ["row", "address", "status"].map((name) => ({ title: say(`tool.${name}`) }));
  const kinds = Object.fromEntries(NOT_COUNTED.map((status) => [status, say(`status.${status}`)]));
  return make(
    "section",
    { class: "section", "aria-labelledby": "rest-title" },
    make(
      "h2",
      { class: "section__title", id: "rest-title" },
      `${say("tool.not_located")} `,
      make("small", {}, counted(rows.length)),
    ),
    rows.length > 0
      ? longTable(say("tool.not_located"), columns, rows, kinds, say)
      : make("p", { class: "quiet" }, say("tool.all_counted")),
  );
}

/** The list as the service writes it, in the encoding of the file that was sent. */
function exportButton(run: Run, around: Surroundings, say: Say): HTMLElement {
  const place = make("p", { class: "tool__actions" });
  const button = make("button", { type: "button", class: "button" }, say("tool.export"));
  button.addEventListener("click", () => void save());
  place.append(button);
  return place;

  async function save(): Promise<void> {
    button.disabled = true;
    try {
      const signal = new AbortController().signal;
      const answer = await post("/v1/coverage/csv", run.form, around.config.lang, signal);
      const name = run.file.name.replace(/\.[^.]*$/, "") + "-coverage.csv";
      const link = saveLink(say("tool.export"), await answer.blob(), name);
      place.replaceChildren(link);
      link.click();
    } finally {
      button.disabled = false;
    }
  }
}

/** The largest number of each step of the ramp: about as many times more from step to step. */
function steps(largest: number): number[] {
  const bounds: number[] = [];
  for (let step = 1; step <= RAMP_STEPS; step++) {
    const before = bounds.at(-1) ?? 0;
    if (before < largest) bounds.push(Math.max(before + 1, Math.ceil(largest ** (step / RAMP_STEPS))));
  }
  return bounds;
}

function stepOf(count: number, bounds: readonly number[]): number {
  if (count === 0) return 0;
  const at = bounds.findIndex((bound) => count <= bound);
  return 1 + (at === -1 ? bounds.length - 1 : at);
}

/** What the colours are for: numbers of the units, or of units without any in each county. */
function numbers(found: Coverage): Map<string, number> {
  const told = new Map<string, number>();
  for (const unit of found.units) {
    if (DRAWN.includes(unit.level)) {
      if (unit.code) told.set(unit.code, unit.count);
      continue;
    }
    const county = [...unit.parents].reverse().find((parent) => DRAWN.includes(parent.level));
    if (county?.code) told.set(county.code, (told.get(county.code) ?? 0) + (unit.count === 0 ? 1 : 0));
  }
  return told;
}

function legend(found: Coverage, say: Say): HTMLElement {
  const drawn = DRAWN.includes(found.level);
  const bounds = steps(Math.max(1, ...numbers(found).values()));
  const swatch = (step: string, text: string): HTMLElement =>
    make("li", {}, make("i", { class: `legend__swatch legend__swatch--${step}` }), text);
  const items = bounds.map((bound, index) => {
    const from = (bounds[index - 1] ?? 0) + 1;
    return swatch(String(index + 1), from < bound ? `${from}–${bound}` : String(bound));
  });
  const none = drawn ? [swatch("none", say("tool.legend_without"))] : [];
  return make(
    "div",
    { class: "legend" },
    make("p", { class: "quiet" }, say(drawn ? "tool.legend" : "tool.legend_below")),
    make("ul", {}, ...none, ...items),
  );
}

async function draw(found: Coverage, around: Surroundings, say: Say): Promise<void> {
  const drawn = DRAWN.includes(found.level);
  const told = numbers(found);
  const bounds = steps(Math.max(1, ...told.values()));
  const shades = new Map<string, Shade>();
  for (const [code, number] of told) {
    if (!drawn && number === 0) continue; // nothing is missing there
    const note = drawn ? counted(number) : say("tool.units_without", { n: counted(number) });
    shades.set(code, { step: stepOf(number, bounds), note });
  }
  const map = await around.map;
  map.overlay.shade(shades);
  map.overlay.showDots(
    found.facilities.flatMap(({ status, point }) =>
      status === "counted" && point ? [{ lon: point[0], lat: point[1], count: 1 }] : [],
    ),
  );
  if (found.within.code) map.focus([found.within.code]);
}

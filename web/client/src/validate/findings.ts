import { make } from "../tools/elements";
import { scrollTable } from "../tools/table";
import { type Say, counted } from "../tools/texts";
import { type Finding, SEVERITIES, isOpenToProposals } from "./answer";

const STEP = 100;

/** What the page does when a row is used. */
export interface Uses {
  readonly show: (id: string) => void;
  readonly explain: (rule: string) => void;
  /** Show what could be done about a finding; where the page can. */
  readonly propose?: (id: string) => void;
  /** The findings that the filters leave. */
  readonly shown: (ids: ReadonlySet<string>) => void;
}

/** A column by which can be sorted. */
interface Column<F> {
  readonly key: string;
  readonly isNumber?: boolean;
  readonly value: (finding: F) => string | number;
}

/** What findings can be filtered by beside their words. */
interface Facet<F> {
  readonly key: string;
  readonly of: (finding: F) => string;
  readonly named: (value: string) => string;
}

/** A column more, by which can be filtered too: what is told of each, and how its values are named. */
export interface Extra<F> extends Facet<F> {
  readonly cell: (finding: F) => HTMLElement;
}

const COLUMNS: readonly Column<Finding>[] = [
  { key: "severity", value: ({ properties }) => SEVERITIES.indexOf(properties.severity) },
  { key: "rule", value: ({ properties }) => properties.rule },
  { key: "features", value: ({ properties }) => properties.features.join(", ") },
  { key: "message", value: ({ properties }) => properties.message },
  { key: "measured", isNumber: true, value: ({ properties }) => properties.measured ?? -1 },
  { key: "area", isNumber: true, value: ({ properties }) => properties.area_m2 ?? -1 },
];

/** The findings as a table that can be filtered and sorted; long ones are shown piece by piece. */
export class FindingsTable<F extends Finding = Finding> {
  readonly element: HTMLElement;
  private readonly body = make("tbody");
  private readonly more = make("button", { type: "button", class: "button" });
  private readonly count = make("output", { class: "quiet" });
  private readonly heads = new Map<string, HTMLTableCellElement>();
  private readonly columns: readonly Column<F>[];
  private readonly facets: readonly (Facet<F> & { readonly select: HTMLSelectElement })[];
  private readonly words: HTMLInputElement;
  private sorted: F[];
  private wanted: F[] = [];
  private order: { key: string; isDown: boolean } | null = null;

  constructor(
    findings: readonly F[],
    private readonly say: Say,
    private readonly uses: Uses,
    private readonly extras: readonly Extra<F>[] = [],
  ) {
    this.sorted = [...findings];
    const more = extras.map(({ key, of }) => ({ key, value: of }));
    this.columns = [...more, ...COLUMNS];
    const titles = new Map(findings.map(({ properties }) => [properties.rule, properties.title]));
    const facets: readonly Facet<F>[] = [
      ...extras,
      { key: "severity", of: ({ properties }) => properties.severity, named: (key) => say(`severity.${key}`) },
      { key: "rule", of: ({ properties }) => properties.rule, named: (key) => `${key} ${titles.get(key) ?? ""}` },
    ];
    this.facets = facets.map((facet) => ({ ...facet, select: this.select(findings, facet) }));
    this.words = make("input", { type: "search", autocomplete: "off" });
    this.words.addEventListener("input", () => {
      this.filter();
    });
    this.more.addEventListener("click", () => {
      this.extend();
    });
    this.element = this.assembled();
    this.filter();
  }

  /** Bring the row of a finding into view and mark it. */
  reveal(id: string): void {
    const at = this.wanted.findIndex((finding) => finding.id === id);
    if (at < 0) return;
    while (this.body.rows.length <= at) this.extend();
    for (const row of this.body.rows) row.classList.toggle("is-chosen", row.dataset["id"] === id);
    this.body.rows[at]?.scrollIntoView({ block: "nearest" });
  }

  private assembled(): HTMLElement {
    const { say } = this;
    const label = (key: string, field: HTMLElement): HTMLElement =>
      make("label", { class: "tool__filter" }, `${say(key)} `, field);
    const caption = say("judged.results");
    return make(
      "div",
      {},
      make(
        "div",
        { class: "filters" },
        ...this.facets.map(({ key, select }) => label(`judged.filter_${key}`, select)),
        label("judged.filter_text", this.words),
        this.count,
      ),
      scrollTable(
        caption,
        [make("tr", {}, ...this.columns.map((c) => this.head(c)), this.placeHead())],
        this.body,
      ),
      this.more,
    );
  }

  private head({ key, isNumber }: Column<F>): HTMLTableCellElement {
    const button = make("button", { type: "button", class: "sort" }, this.say(`judged.${key}`));
    button.addEventListener("click", () => {
      this.sort(key);
    });
    const head = make("th", { scope: "col", ...(isNumber ? { class: "num" } : {}) }, button);
    this.heads.set(key, head);
    return head;
  }

  private placeHead(): HTMLTableCellElement {
    return make("th", { scope: "col" }, this.say("judged.place"));
  }

  private select(findings: readonly F[], { of, named }: Facet<F>): HTMLSelectElement {
    const counts = new Map<string, number>();
    for (const finding of findings) counts.set(of(finding), (counts.get(of(finding)) ?? 0) + 1);
    const options = [...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, n]) => make("option", { value: key }, `${named(key)} (${counted(n)})`));
    const select = make("select", {}, make("option", { value: "" }, this.say("judged.all")), ...options);
    select.addEventListener("change", () => {
      this.filter();
    });
    return select;
  }

  private sort(key: string): void {
    const column = this.columns.find((one) => one.key === key);
    if (!column) return;
    // Numbers begin with the largest: that is what one sorts them for.
    const isDown = this.order?.key === key ? !this.order.isDown : column.isNumber === true;
    this.order = { key, isDown };
    const sign = isDown ? -1 : 1;
    this.sorted.sort((a, b) => sign * compare(column.value(a), column.value(b)));
    for (const [name, head] of this.heads) {
      if (name === key) head.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.filter();
  }

  private filter(): void {
    const words = this.words.value.trim().toLocaleLowerCase();
    this.wanted = this.sorted.filter(
      (finding) =>
        this.facets.every(({ of, select }) => !select.value || of(finding) === select.value) &&
        (!words || wordsOf(finding).includes(words)),
    );
    this.body.replaceChildren();
    this.extend();
    const told = { n: counted(this.wanted.length), total: counted(this.sorted.length) };
    this.count.textContent = this.say("judged.shown", told);
    this.uses.shown(new Set(this.wanted.map(({ id }) => id)));
  }

  private extend(): void {
    const shown = this.body.rows.length;
    this.body.append(...this.wanted.slice(shown, shown + STEP).map((finding) => this.row(finding)));
    const left = this.wanted.length - this.body.rows.length;
    this.more.hidden = left <= 0;
    this.more.textContent = this.say("judged.more", { n: Math.min(STEP, left) });
  }

  private row(finding: F): HTMLTableRowElement {
    const told = finding.properties;
    const badge = make("span", { class: `sign sign--${told.severity}` }, this.say(`severity.${told.severity}`));
    const rule = make(
      "button",
      { type: "button", class: "link code", "aria-label": this.say("judged.explain", { rule: told.rule }) },
      told.rule,
    );
    rule.addEventListener("click", () => {
      this.uses.explain(told.rule);
    });
    return make(
      "tr",
      { "data-id": finding.id },
      ...this.extras.map(({ cell }) => make("td", {}, cell(finding))),
      make("td", {}, badge),
      make("td", {}, rule),
      make("th", { scope: "row", class: "code" }, told.features.join(", ") || "—"),
      make("td", { class: "sub" }, told.message),
      make("td", { class: "num" }, amount(told.measured, told.unit)),
      make("td", { class: "num" }, amount(told.area_m2, null)),
      make("td", {}, ...(finding.geometry ? this.buttons(finding) : [this.say("judged.no_place")])),
    );
  }

  private buttons(finding: Finding): HTMLElement[] {
    const { propose } = this.uses;
    if (!propose || !isOpenToProposals(finding)) return [this.zoom(finding)];
    const what = finding.properties.features.join(", ");
    const name = this.say("judged.propose", { what });
    const button = make("button", { type: "button", class: "button", "aria-label": name }, this.say("judged.proposals"));
    button.addEventListener("click", () => {
      propose(finding.id);
    });
    return [this.zoom(finding), button];
  }

  private zoom(finding: Finding): HTMLButtonElement {
    const what = finding.properties.features.join(", ") || finding.properties.rule;
    const name = this.say("judged.zoom", { what });
    const button = make("button", { type: "button", class: "button", "aria-label": name }, this.say("judged.show"));
    button.addEventListener("click", () => {
      this.uses.show(finding.id);
    });
    return button;
  }
}

function wordsOf({ properties }: Finding): string {
  return `${properties.features.join(", ")} ${properties.message}`.toLocaleLowerCase();
}

/** A number as people read it, small ones with the digits that matter. */
export function amount(value: number | null, unit: string | null): string {
  if (value === null) return "";
  const digits = Math.abs(value) < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 3 };
  const number = value.toLocaleString("en", digits);
  return unit ? `${number} ${unit === "m2" ? "m²" : unit}` : number;
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

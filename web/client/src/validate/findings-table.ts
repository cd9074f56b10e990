import { formatMeasure } from "../measures";
import { createElement } from "../tools/elements";
import { createScrollTable } from "../tools/table";
import { type Translate, formatNumber } from "../translations";
import { type Finding, SEVERITIES } from "./results";

const STEP = 100;

/** What the page does on actions in the table. */
export interface TableActions {
  readonly show: (id: string) => void;
  readonly explain: (rule: string) => void;
  /** Show the proposals for a finding, where the page can. */
  readonly propose?: (id: string) => void;
  /** Whether proposals can be made for a finding; never without {@link propose}. */
  readonly isProposable?: (finding: Finding) => boolean;
  /** Called with the ids of the findings that the filters leave. */
  readonly onFilter: (ids: ReadonlySet<string>) => void;
}

/** A column that can be sorted. */
interface SortColumn<F> {
  readonly key: string;
  readonly isNumber?: boolean;
  readonly value: (finding: F) => string | number;
}

/** A property by which findings can be filtered. */
interface Facet<F> {
  readonly key: string;
  readonly value: (finding: F) => string;
  readonly label: (value: string) => string;
}

/** A further column, by which findings can be filtered too. */
export interface ExtraColumn<F> extends Facet<F> {
  readonly cell: (finding: F) => HTMLElement;
}

const COLUMNS: readonly SortColumn<Finding>[] = [
  { key: "severity", value: ({ properties }) => SEVERITIES.indexOf(properties.severity) },
  { key: "rule", value: ({ properties }) => properties.rule },
  { key: "features", value: ({ properties }) => properties.features.join(", ") },
  { key: "message", value: ({ properties }) => properties.message },
  { key: "measured", isNumber: true, value: ({ properties }) => properties.measured ?? -1 },
  { key: "area", isNumber: true, value: ({ properties }) => properties.area_m2 ?? -1 },
];

/** The findings as a table with filters and sorting; a long one is shown in steps. */
export class FindingsTable<F extends Finding = Finding> {
  readonly element: HTMLElement;
  private readonly body = createElement("tbody");
  private readonly more = createElement("button", { type: "button", class: "button" });
  private readonly count = createElement("output", { class: "quiet" });
  private readonly heads = new Map<string, HTMLTableCellElement>();
  private readonly columns: readonly SortColumn<F>[];
  private readonly facets: readonly (Facet<F> & { readonly select: HTMLSelectElement })[];
  private readonly search: HTMLInputElement;
  private readonly sorted: F[];
  private filtered: F[] = [];
  private order: { key: string; isDescending: boolean } | null = null;

  constructor(
    findings: readonly F[],
    private readonly t: Translate,
    private readonly actions: TableActions,
    private readonly extras: readonly ExtraColumn<F>[] = [],
  ) {
    this.sorted = [...findings];
    this.columns = [...extras, ...COLUMNS];
    const titles = new Map(findings.map(({ properties }) => [properties.rule, properties.title]));
    const facets: readonly Facet<F>[] = [
      ...extras,
      { key: "severity", value: ({ properties }) => properties.severity, label: (key) => t(`severity.${key}`) },
      { key: "rule", value: ({ properties }) => properties.rule, label: (key) => `${key} ${titles.get(key) ?? ""}` },
    ];
    this.facets = facets.map((facet) => ({ ...facet, select: this.createSelect(findings, facet) }));
    this.search = createElement("input", { type: "search", autocomplete: "off" });
    this.search.addEventListener("input", () => {
      this.filter();
    });
    this.more.addEventListener("click", () => {
      this.extend();
    });
    this.element = this.assemble();
    this.filter();
  }

  /** Bring the row of a finding into view and mark it. */
  reveal(id: string): void {
    const index = this.filtered.findIndex((finding) => finding.id === id);
    if (index < 0) return;
    while (this.body.rows.length <= index) this.extend();
    for (const row of this.body.rows) row.classList.toggle("is-chosen", row.dataset["id"] === id);
    this.body.rows[index]?.scrollIntoView({ block: "nearest" });
  }

  private assemble(): HTMLElement {
    const { t } = this;
    const label = (key: string, field: HTMLElement): HTMLElement =>
      createElement("label", { class: "tool__filter" }, `${t(`findings_view.filter_${key}`)} `, field);
    const head = createElement(
      "tr",
      {},
      ...this.columns.map((column) => this.createHead(column)),
      createElement("th", { scope: "col" }, t("findings_view.place")),
    );
    return createElement(
      "div",
      {},
      createElement(
        "div",
        { class: "filters" },
        ...this.facets.map(({ key, select }) => label(key, select)),
        label("text", this.search),
        this.count,
      ),
      createScrollTable(t("findings_view.results"), [head], this.body),
      this.more,
    );
  }

  private createHead({ key, isNumber }: SortColumn<F>): HTMLTableCellElement {
    const button = createElement("button", { type: "button", class: "sort" }, this.t(`findings_view.column_${key}`));
    button.addEventListener("click", () => {
      this.sort(key);
    });
    const head = createElement("th", { scope: "col", ...(isNumber ? { class: "num" } : {}) }, button);
    this.heads.set(key, head);
    return head;
  }

  private createSelect(findings: readonly F[], { value, label }: Facet<F>): HTMLSelectElement {
    const counts = new Map<string, number>();
    for (const finding of findings) counts.set(value(finding), (counts.get(value(finding)) ?? 0) + 1);
    const options = [...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, n]) => createElement("option", { value: key }, `${label(key)} (${formatNumber(n)})`));
    const all = createElement("option", { value: "" }, this.t("findings_view.all"));
    const select = createElement("select", {}, all, ...options);
    select.addEventListener("change", () => {
      this.filter();
    });
    return select;
  }

  private sort(key: string): void {
    const column = this.columns.find((candidate) => candidate.key === key);
    if (!column) return;
    // Numbers begin with the largest: that is what one sorts them for.
    const isDescending = this.order?.key === key ? !this.order.isDescending : column.isNumber === true;
    this.order = { key, isDescending };
    const sign = isDescending ? -1 : 1;
    this.sorted.sort((a, b) => sign * compare(column.value(a), column.value(b)));
    for (const [name, head] of this.heads) {
      if (name === key) head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.filter();
  }

  private filter(): void {
    const query = this.search.value.trim().toLocaleLowerCase();
    this.filtered = this.sorted.filter(
      (finding) =>
        this.facets.every(({ value, select }) => !select.value || value(finding) === select.value) &&
        (!query || searchableText(finding).includes(query)),
    );
    this.body.replaceChildren();
    this.extend();
    this.count.textContent = this.t("findings_view.shown", { n: this.filtered.length, total: this.sorted.length });
    this.actions.onFilter(new Set(this.filtered.map(({ id }) => id)));
  }

  private extend(): void {
    const shown = this.body.rows.length;
    this.body.append(...this.filtered.slice(shown, shown + STEP).map((finding) => this.createRow(finding)));
    const left = this.filtered.length - this.body.rows.length;
    this.more.hidden = left <= 0;
    this.more.textContent = this.t("findings_view.more", { n: Math.min(STEP, left) });
  }

  private createRow(finding: F): HTMLTableRowElement {
    const { t } = this;
    const { severity, rule, features, message, measured, unit, area_m2: area } = finding.properties;
    const ruleButton = createElement(
      "button",
      { type: "button", class: "link code", "aria-label": t("findings_view.explain", { rule }) },
      rule,
    );
    ruleButton.addEventListener("click", () => {
      this.actions.explain(rule);
    });
    const location = finding.geometry ? this.createButtons(finding) : [t("findings_view.no_place")];
    return createElement(
      "tr",
      { "data-id": finding.id },
      ...this.extras.map(({ cell }) => createElement("td", {}, cell(finding))),
      createElement("td", {}, createElement("span", { class: `sign sign--${severity}` }, t(`severity.${severity}`))),
      createElement("td", {}, ruleButton),
      createElement("th", { scope: "row", class: "code" }, features.join(", ") || "—"),
      createElement("td", { class: "sub" }, message),
      createElement("td", { class: "num" }, formatMeasure(measured, unit, t)),
      createElement("td", { class: "num" }, formatMeasure(area, null, t)),
      createElement("td", {}, ...location),
    );
  }

  private createButtons(finding: Finding): HTMLElement[] {
    const { propose, isProposable } = this.actions;
    if (!propose || !isProposable?.(finding)) return [this.createZoomButton(finding)];
    const what = finding.properties.features.join(", ");
    const name = this.t("validate.propose", { what });
    const attributes = { type: "button", class: "button", "aria-label": name };
    const button = createElement("button", attributes, this.t("validate.proposals"));
    button.addEventListener("click", () => {
      propose(finding.id);
    });
    return [this.createZoomButton(finding), button];
  }

  private createZoomButton(finding: Finding): HTMLButtonElement {
    const what = finding.properties.features.join(", ") || finding.properties.rule;
    const name = this.t("findings_view.zoom", { what });
    const attributes = { type: "button", class: "button", "aria-label": name };
    const button = createElement("button", attributes, this.t("findings_view.show"));
    button.addEventListener("click", () => {
      this.actions.show(finding.id);
    });
    return button;
  }
}

function searchableText({ properties }: Finding): string {
  return `${properties.features.join(", ")} ${properties.message}`.toLocaleLowerCase();
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

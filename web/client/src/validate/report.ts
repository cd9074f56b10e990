import { formatDecimal, formatMeasure } from "../measures";
import { createElement } from "../tools/elements";
import { createScrollTable } from "../tools/table";
import type { Translate } from "../translations";
import type { FindingsMap } from "./findings-map";
import { FindingsTable } from "./findings-table";
import { ProposalsPanel } from "./proposals";
import {
  type Finding,
  type OpenHole,
  type Proposal,
  SEVERITIES,
  type Summary,
  type ValidationResult,
  holeId,
  toMapData,
} from "./results";

const MAX_HOLES = 200;

/** What the page does on actions in the report. */
export interface ReportActions {
  readonly t: Translate;
  readonly explain: (rule: string) => void;
  /** Save the findings as a file in a format. */
  readonly saveFindings: (format: string, button: HTMLButtonElement) => void;
  /** Whether proposals can be made for a finding. */
  readonly isProposable: (finding: Finding) => boolean;
  /** The proposals for a finding; null if the request failed, which the page reports. */
  readonly fetchProposals: (id: string) => Promise<readonly Proposal[] | null>;
  /** Save a copy of the layer with accepted proposals. */
  readonly saveCopy: (accept: readonly string[], format: string) => void;
  /** Validate such a copy in place of the layer. */
  readonly validateCopy: (accept: readonly string[]) => void;
  readonly createMap: (target: HTMLElement, onSelect: (id: string) => void) => FindingsMap;
}

/** Fill `host` with the report on a layer. */
export function showReport(host: HTMLElement, result: ValidationResult, actions: ReportActions): void {
  const { t } = actions;
  const frame = createMapFrame(t);
  const showLayer = createElement("button", { type: "button", class: "button" }, t("validate.show_layer"));
  const title = { class: "section__title", tabindex: "-1", id: "report-title" };
  const head = createElement("h2", title, t("findings_view.results"));
  host.replaceChildren(
    head,
    createElement("p", { class: "lead", role: "status" }, headline(result.summary, t)),
    createExports(actions),
    frame,
    createMapHelp(t),
    createElement("div", { class: "tool__actions" }, showLayer, createLegend(t)),
  );
  host.hidden = false;

  const map = actions.createMap(frame, (id) => {
    map.showLocation(id);
    table?.reveal(id);
  });
  map.show(toMapData(result));
  showLayer.addEventListener("click", () => {
    map.showAll();
  });
  const show = (id: string): void => {
    map.showLocation(id);
    table?.reveal(id);
    frame.scrollIntoView({ block: "nearest" });
  };
  const proposals = new ProposalsPanel({
    ...actions,
    showMoves: (moves) => {
      map.showMoves(moves);
    },
  });
  const table = createTable(result, actions, map, proposals, show);
  host.append(
    proposals.element,
    table ? table.element : createElement("p", { class: "notice notice--good" }, t("validate.clean")),
    ...createHoles(result.summary, t, show),
    ...createDetails(result.summary, t),
  );
  head.focus();
  head.scrollIntoView({ block: "start" });
}

/** The element into which a map is drawn; {@link createMapHelp} describes its keyboard control. */
export function createMapFrame(t: Translate): HTMLElement {
  return createElement("div", {
    class: "findings-map",
    tabindex: "0",
    role: "application",
    "aria-label": t("findings_view.map"),
    "aria-describedby": "findings-map-help",
  });
}

/** The description of a map for people who use the keyboard. */
export function createMapHelp(t: Translate): HTMLElement {
  return createElement("p", { class: "quiet", id: "findings-map-help" }, t("findings_view.map_help"));
}

/** The symbols of the severities. */
export function createSeverityLegend(t: Translate): HTMLElement {
  const items = SEVERITIES.map((severity) =>
    createElement("span", { class: `sign sign--${severity}` }, t(`severity.${severity}`)),
  );
  return createElement("span", { class: "legend" }, ...items);
}

function headline({ source, features, vertices, findings }: Summary, t: Translate): string {
  return t("validate.summary", { name: source, features, vertices, ...findings.by_severity });
}

function createTable(
  result: ValidationResult,
  actions: ReportActions,
  map: FindingsMap,
  proposals: ProposalsPanel,
  show: (id: string) => void,
): FindingsTable | null {
  if (!result.features.length) return null;
  const holes = result.summary.open_holes.map((_, index) => holeId(index));
  return new FindingsTable(result.features, actions.t, {
    show,
    explain: actions.explain,
    isProposable: actions.isProposable,
    propose: (id) => {
      const finding = result.features.find((candidate) => candidate.id === id);
      map.showLocation(id);
      if (finding) void proposals.show(finding);
    },
    onFilter: (ids) => {
      map.filter(new Set([...ids, ...holes]));
    },
  });
}

function createExports({ t, saveFindings }: ReportActions): HTMLElement {
  const buttons = ["geojson", "gpkg", "csv", "xlsx"].map((format) => {
    const button = createElement("button", { type: "button", class: "button" }, format.toUpperCase());
    button.addEventListener("click", () => {
      saveFindings(format, button);
    });
    return button;
  });
  const label = t("validate.export");
  const attributes = { class: "tool__actions", role: "group", "aria-label": label };
  return createElement("div", attributes, `${label} `, ...buttons);
}

function createLegend(t: Translate): HTMLElement {
  const legend = createSeverityLegend(t);
  legend.append(createElement("span", { class: "sign sign--open" }, t("validate.open_hole")));
  return legend;
}

function createHoles(summary: Summary, t: Translate, show: (id: string) => void): HTMLElement[] {
  const holes = summary.open_holes;
  if (!holes.length) return [];
  const title = t("validate.holes", { n: holes.length });
  const width = formatDecimal(summary.tolerances["gap_width_m"] ?? 0);
  const labels = [
    t("findings_view.column_features"),
    t("validate.width"),
    t("findings_view.column_area"),
    t("findings_view.place"),
  ];
  const heads = labels.map((label) => createElement("th", { scope: "col" }, label));
  const rows = holes.slice(0, MAX_HOLES).map((hole, index) => createHoleRow(hole, holeId(index), t, show));
  const section = createElement(
    "section",
    { class: "section", "aria-labelledby": "holes" },
    createElement("h2", { class: "section__title", id: "holes" }, title),
    createElement("p", { class: "quiet" }, t("validate.holes_lead", { width })),
    createScrollTable(title, [createElement("tr", {}, ...heads)], createElement("tbody", {}, ...rows)),
  );
  return [section];
}

function createHoleRow(hole: OpenHole, id: string, t: Translate, show: (id: string) => void): HTMLTableRowElement {
  const what = hole.features.join(", ");
  const attributes = { type: "button", class: "button", "aria-label": t("findings_view.zoom", { what }) };
  const button = createElement("button", attributes, t("findings_view.show"));
  button.addEventListener("click", () => {
    show(id);
  });
  return createElement(
    "tr",
    {},
    createElement("th", { scope: "row", class: "code" }, what),
    createElement("td", { class: "num" }, formatMeasure(hole.width_m, null, t)),
    createElement("td", { class: "num" }, formatMeasure(hole.area_m2, null, t)),
    createElement("td", {}, button),
  );
}

/** The notes of the import and the limits, folded. */
function createDetails({ remarks, tolerances }: Summary, t: Translate): HTMLElement[] {
  const notes = remarks.map(({ message }) => createElement("li", {}, message));
  const limits = Object.entries(tolerances).map(([name, value]) =>
    createElement(
      "li",
      {},
      `${t(`tolerance.${name}`, { value: formatDecimal(value) })} `,
      createElement("small", { class: "code" }, name),
    ),
  );
  const sections = [createFold(t("validate.limits"), createElement("ul", {}, ...limits))];
  if (notes.length) sections.unshift(createFold(t("validate.remarks"), createElement("ul", {}, ...notes)));
  return sections;
}

function createFold(title: string, content: HTMLElement): HTMLElement {
  return createElement("details", { class: "explain" }, createElement("summary", {}, title), content);
}

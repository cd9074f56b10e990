import { type Translate, readTranslations } from "../translations";
import { listAmbiguous } from "./ambiguous-rows";
import { ADDRESS_ROLES } from "./column-mapping";
import { DecisionForm } from "./decision-form";
import { DecisionStore } from "./decision-store";
import { createElement, createSecondLine, findElement } from "./elements";
import { ListForm, type ListRun } from "./list-form";
import { LiveGeocoder } from "./live-geocoder";
import { readWithProgress } from "./requests";
import { createDownload } from "./result-download";
import { type ResultRow, parseResult, readUsedColumns } from "./result-rows";
import { type TableRow, createLongTable } from "./table";
import type { Tool, ToolContext } from "./tool";

const STATUSES = ["matched", "ambiguous", "not_found", "invalid"] as const;

/** What the page shows of a result; what is saved is chosen in the form. */
const SHOWN = {
  format: "csv",
  headings: "names",
  bom: "false",
  result_columns: ["status", "code", "label", "score", "lon", "lat", "detail", "candidates", "candidate_ids", "former_names"]
    .map((name) => `result_${name}`)
    .join(","),
} as const;

/** The page that geocodes one address as it is typed, and the addresses of a file. */
export function createGeocodeTool(context: ToolContext): Tool {
  const t = readTranslations();
  const live = new LiveGeocoder(context);
  const list = new ListForm(
    {
      action: "/v1/geocode/csv",
      job: "geocode_csv",
      roles: ADDRESS_ROLES,
      nothingChosen: t("tool.nothing_chosen"),
      shown: SHOWN,
      showResult: (response, run) => showResult(response, run, context, t),
    },
    t,
    context.config.lang,
    context.announce,
  );
  return {
    close: () => {
      live.close();
      list.close();
    },
  };
}

async function showResult(response: Response, run: ListRun, context: ToolContext, t: Translate): Promise<void> {
  const bytes = await readWithProgress(response, run.progress);
  const rows = parseResult(bytes, response.headers);
  const columns = readUsedColumns(response.headers);
  const dots = rows
    .filter((cell) => cell("result_lon") !== "" && cell("result_lat") !== "")
    .map((cell) => ({ lon: Number(cell("result_lon")), lat: Number(cell("result_lat")), count: 1 }));
  const tableRows = rows.map((cell, index) => createResultRow(cell, index, columns, t));
  const heads = [t("tool.row"), t("tool.address"), t("tool.status")].map((title) => ({ title }));
  const kinds = Object.fromEntries(STATUSES.map((status) => [status, t(`status.${status}`)]));
  const done = t("tool.done", { n: rows.length });
  const ambiguous = listAmbiguous(rows, columns);
  const decisions = ambiguous.length > 0 && new DecisionForm(ambiguous, await DecisionStore.open(run.file), t, context.announce);
  const complete = (form: FormData): void => {
    if (decisions) decisions.fillForm(form);
  };
  const request = { action: "/v1/geocode/csv", suffix: "result", complete };
  findElement("list-answer", HTMLElement).replaceChildren(
    createElement(
      "section",
      { class: "section", "aria-labelledby": "list-title" },
      createElement(
        "h2",
        { class: "section__title", id: "list-title" },
        `${t("tool.results")} `,
        createElement("small", {}, done),
        createElement("small", {}, t("tool.on_map", { n: dots.length })),
      ),
      createDownload(run, request, context.config.lang, t),
      ...(decisions ? [decisions.element] : []),
      createLongTable(t("tool.results"), heads, tableRows, kinds, t),
    ),
  );
  context.announce(done);
  const map = await context.map;
  const extent = map.overlay.showDots(dots);
  if (extent) map.frame(extent);
}

function createResultRow(
  cell: ResultRow,
  index: number,
  columns: readonly string[],
  t: Translate,
): TableRow {
  const status = cell("result_status");
  return {
    kind: status,
    cells: [
      String(index + 1),
      createElement(
        "span",
        { lang: "zh-Hans" },
        columns.map((column) => cell(column)).join(" "),
        createSecondLine(cell("result_label"), " ", createCodeLink(cell("result_code"))),
        createRemarks(cell),
      ),
      createElement(
        "span",
        {},
        createElement("span", { class: `badge badge--${status}` }, t(`status.${status}`)),
        createSecondLine(cell("result_score")),
      ),
    ],
  };
}

function createCodeLink(code: string): Node | string {
  return code ? createElement("a", { class: "code", href: `/units/${code}` }, code) : "";
}

/** What requires attention: deductions or why nothing was found, candidates, former names. */
function createRemarks(cell: ResultRow): HTMLElement {
  const remarks = ["result_detail", "result_candidates", "result_former_names"].map(cell);
  return createSecondLine(remarks.filter(Boolean).join(" · "));
}

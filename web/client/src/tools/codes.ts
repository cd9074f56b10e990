import { type Translate, readTranslations } from "../translations";
import { CODE_ROLES } from "./column-mapping";
import { createElement, createSecondLine, findElement } from "./elements";
import { ListForm, type ListRun } from "./list-form";
import { readWithProgress } from "./requests";
import { createDownload } from "./result-download";
import { type ResultRow, parseResult, readUsedColumns } from "./result-rows";
import { type TableRow, createLongTable } from "./table";
import type { Tool, ToolContext } from "./tool";

const ACTION = "/v1/codes/translate/csv";
const STATUSES = [
  ...["matched", "several", "partial", "ambiguous", "unknown_successor"],
  ...["unknown_code", "code_not_in_force", "no_data_before", "invalid_code", "invalid_date"],
] as const;

/** What the page shows of a result; what is saved is chosen in the form. */
const SHOWN = { format: "csv", headings: "names", bom: "false", result_columns: "full" } as const;

/** The page that translates a column of codes, pasted or in a file. */
export function createCodesTool(context: ToolContext): Tool {
  const t = readTranslations();
  return new ListForm(
    {
      action: ACTION,
      roles: CODE_ROLES,
      nothingChosen: t("tool.no_code_chosen"),
      shown: SHOWN,
      pasted: findElement("codes", HTMLTextAreaElement),
      showResult: (response, run) => showResult(response, run, context, t),
    },
    t,
    context.config.lang,
    context.announce,
  );
}

async function showResult(response: Response, run: ListRun, context: ToolContext, t: Translate): Promise<void> {
  const rows = parseResult(await readWithProgress(response, run.progress), response.headers);
  const [column = ""] = readUsedColumns(response.headers);
  const tableRows = rows.map((cell, index) => createResultRow(cell, index, column, t));
  const heads = [t("tool.row"), t("tool.former_code"), t("tool.new_code"), t("tool.status")].map((title) => ({ title }));
  const kinds = Object.fromEntries(STATUSES.map((status) => [status, t(`status.${status}`)]));
  const done = t("tool.done", { n: rows.length });
  findElement("list-answer", HTMLElement).replaceChildren(
    createElement(
      "section",
      { class: "section", "aria-labelledby": "list-title" },
      createElement(
        "h2",
        { class: "section__title", id: "list-title" },
        `${t("tool.results")} `,
        createElement("small", {}, done),
      ),
      createDownload(run, { action: ACTION, suffix: "result" }, context.config.lang, t),
      createLongTable(t("tool.results"), heads, tableRows, kinds, t),
    ),
  );
  context.announce(done);
}

function createResultRow(cell: ResultRow, index: number, column: string, t: Translate): TableRow {
  const status = cell("result_status");
  return {
    kind: status,
    cells: [
      String(index + 1),
      createElement("span", { class: "code" }, cell(column)),
      createElement(
        "span",
        {},
        createElement("span", { lang: "zh-Hans" }, createCodeLink(cell("result_code")), ` ${cell("result_name")}`),
        createSecondLine(cell("result_candidates").split(";").join(" · ")),
        createSecondLine(cell("result_detail")),
      ),
      createElement("span", { class: `badge badge--${status}` }, t(`status.${status}`)),
    ],
  };
}

function createCodeLink(code: string): Node | string {
  return code ? createElement("a", { class: "code", href: `/units/${code}` }, code) : "";
}

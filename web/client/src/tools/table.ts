import { createElement } from "./elements";
import { type Translate, formatNumber } from "../translations";

/** A row of a long table; `kind` is what it can be filtered by. */
export interface TableRow {
  readonly kind: string;
  readonly cells: readonly (Node | string)[];
}

export interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

const STEP = 100;

/** A table that scrolls sideways by itself, also by the keyboard, where the screen is narrower. */
export function createScrollTable(
  caption: string,
  heads: readonly HTMLTableRowElement[],
  body: HTMLTableSectionElement,
  look = "table",
): HTMLElement {
  return createElement(
    "div",
    { class: "scroll-x", tabindex: "0", role: "group", "aria-label": caption },
    createElement(
      "table",
      { class: look },
      createElement("caption", { class: "visually-hidden" }, caption),
      createElement("thead", {}, ...heads),
      body,
    ),
  );
}

/** A long table, shown a hundred rows at a time, with a filter by kind that begins at `first`. */
export function createLongTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly TableRow[],
  kinds: Readonly<Record<string, string>>,
  t: Translate,
  first = "",
): HTMLElement {
  const body = createElement("tbody");
  const more = createElement("button", { type: "button", class: "button" });
  let filtered = rows;
  let shown = 0;

  const extend = (): void => {
    const next = filtered.slice(shown, shown + STEP);
    body.append(...next.map((row) => createRow(row, columns)));
    shown += next.length;
    more.hidden = shown >= filtered.length;
    more.textContent = t("tool.more", { n: Math.min(STEP, filtered.length - shown) });
  };
  const choose = (kind: string): void => {
    filtered = kind ? rows.filter((row) => row.kind === kind) : rows;
    shown = 0;
    body.replaceChildren();
    extend();
  };
  more.addEventListener("click", extend);
  choose(first);
  const heads = columns.map(({ title, isNumber }) =>
    createElement("th", { scope: "col", ...(isNumber ? { class: "num" } : {}) }, title),
  );
  return createElement(
    "div",
    {},
    createFilter(rows, kinds, choose, t, first),
    createScrollTable(caption, [createElement("tr", {}, ...heads)], body),
    more,
  );
}

function createRow(row: TableRow, columns: readonly Column[]): HTMLTableRowElement {
  return createElement(
    "tr",
    {},
    ...row.cells.map((cell, index) =>
      createElement(index === 0 ? "th" : "td", cellAttributes(index, columns[index]), cell),
    ),
  );
}

function cellAttributes(index: number, column: Column | undefined): Record<string, string> {
  return { ...(index === 0 ? { scope: "row" } : {}), ...(column?.isNumber ? { class: "num" } : {}) };
}

function createFilter(
  rows: readonly TableRow[],
  kinds: Readonly<Record<string, string>>,
  choose: (kind: string) => void,
  t: Translate,
  first: string,
): HTMLElement {
  const count = (kind: string): number => rows.filter((row) => row.kind === kind).length;
  const options = Object.entries(kinds)
    .map(([kind, name]) => ({ kind, name, n: count(kind) }))
    .filter(({ n }) => n > 0)
    .map(({ kind, name, n }) => createElement("option", { value: kind }, `${name} (${formatNumber(n)})`));
  const select = createElement(
    "select",
    {},
    createElement("option", { value: "" }, `${t("tool.all")} (${formatNumber(rows.length)})`),
    ...options,
  );
  select.value = first;
  select.addEventListener("change", () => {
    choose(select.value);
  });
  return createElement("label", { class: "tool__filter" }, `${t("tool.filter")} `, select);
}

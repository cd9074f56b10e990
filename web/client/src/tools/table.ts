import { make } from "./elements";
import { type Say, counted } from "./texts";

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
export function scrollTable(
  caption: string,
  heads: readonly HTMLTableRowElement[],
  body: HTMLTableSectionElement,
  look = "table",
): HTMLElement {
  return make(
    "div",
    { class: "scroll-x", tabindex: "0", role: "group", "aria-label": caption },
    make(
      "table",
      { class: look },
      make("caption", { class: "visually-hidden" }, caption),
      make("thead", {}, ...heads),
      body,
    ),
  );
}

/** A long table, shown a hundred rows at a time, with a choice of what is shown; `first` at first. */
export function longTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly TableRow[],
  kinds: Readonly<Record<string, string>>,
  say: Say,
  first = "",
): HTMLElement {
  const body = make("tbody");
  const more = make("button", { type: "button", class: "button" });
  let wanted = rows;
  let shown = 0;

  const extend = (): void => {
    const next = wanted.slice(shown, shown + STEP);
    body.append(...next.map((row) => rowOf(row, columns)));
    shown += next.length;
    more.hidden = shown >= wanted.length;
    more.textContent = say("tool.more", { n: Math.min(STEP, wanted.length - shown) });
  };
  const choose = (kind: string): void => {
    wanted = kind ? rows.filter((row) => row.kind === kind) : rows;
    shown = 0;
    body.replaceChildren();
    extend();
  };
  more.addEventListener("click", extend);
  choose(first);
  const heads = columns.map(({ title, isNumber }) =>
    make("th", { scope: "col", ...(isNumber ? { class: "num" } : {}) }, title),
  );
  return make(
    "div",
    {},
    filter(rows, kinds, choose, say, first),
    scrollTable(caption, [make("tr", {}, ...heads)], body),
    more,
  );
}

function rowOf(row: TableRow, columns: readonly Column[]): HTMLTableRowElement {
  return make(
    "tr",
    {},
    ...row.cells.map((cell, index) =>
      make(index === 0 ? "th" : "td", attributes(index, columns[index]), cell),
    ),
  );
}

function attributes(index: number, column: Column | undefined): Record<string, string> {
  return { ...(index === 0 ? { scope: "row" } : {}), ...(column?.isNumber ? { class: "num" } : {}) };
}

function filter(
  rows: readonly TableRow[],
  kinds: Readonly<Record<string, string>>,
  choose: (kind: string) => void,
  say: Say,
  first: string,
): HTMLElement {
  const count = (kind: string): number => rows.filter((row) => row.kind === kind).length;
  const options = Object.entries(kinds)
    .map(([kind, name]) => ({ kind, name, n: count(kind) }))
    .filter(({ n }) => n > 0)
    .map(({ kind, name, n }) => make("option", { value: kind }, `${name} (${counted(n)})`));
  const select = make(
    "select",
    {},
    make("option", { value: "" }, `${say("tool.all")} (${counted(rows.length)})`),
    ...options,
  );
  select.value = first;
  select.addEventListener("change", () => {
    choose(select.value);
  });
  return make("label", { class: "tool__filter" }, `${say("tool.filter")} `, select);
}

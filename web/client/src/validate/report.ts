import { make } from "../tools/elements";
import { scrollTable } from "../tools/table";
import { type Say, counted } from "../tools/texts";
import { type Answer, type OpenHole, type Proposal, SEVERITIES, holeId, pictureOf } from "./answer";
import { FindingsTable, amount } from "./findings";
import type { Plan } from "./plan";
import { ProposalsBox } from "./proposals";

const HOLES = 200;

/** What the report may use of the page. */
export interface Around {
  readonly say: Say;
  readonly explain: (rule: string) => void;
  /** Save the findings as a file of a format. */
  readonly save: (format: string, button: HTMLButtonElement) => void;
  /** The proposals for a finding; null where there is no answer, which is told. */
  readonly ask: (id: string) => Promise<readonly Proposal[] | null>;
  /** Save a copy of the layer with accepted proposals. */
  readonly copy: (accept: readonly string[], format: string) => void;
  /** Judge such a copy. */
  readonly judge: (accept: readonly string[]) => void;
  readonly plan: (target: HTMLElement, pick: (id: string) => void) => Plan;
}

/** Fill `place` with everything that an answer tells. */
export function showReport(place: HTMLElement, answer: Answer, around: Around): void {
  const { say } = around;
  const view = planFrame(say);
  const whole = make("button", { type: "button", class: "button" }, say("judged.whole"));
  const head = make("h2", { class: "section__title", tabindex: "-1", id: "report-title" }, say("judged.results"));
  place.replaceChildren(head, make("p", { class: "lead", role: "status" }, headline(answer, say)));
  place.append(exports(around), view, planHelp(say));
  place.append(make("div", { class: "tool__actions" }, whole, legend(say)));
  place.hidden = false;

  const plan = around.plan(view, (id) => {
    plan.showPlace(id);
    table?.reveal(id);
  });
  const show = (id: string): void => {
    plan.showPlace(id);
    table?.reveal(id);
    view.scrollIntoView({ block: "nearest" });
  };
  plan.show(pictureOf(answer));
  whole.addEventListener("click", () => {
    plan.showAll();
  });
  const box = new ProposalsBox({
    say,
    ask: around.ask,
    draw: (moves) => {
      plan.moved(moves);
    },
    copy: around.copy,
    judge: around.judge,
  });
  place.append(box.element);
  const propose = (id: string): void => {
    const finding = answer.features.find((one) => one.id === id);
    plan.showPlace(id);
    if (finding) void box.show(finding);
  };
  const holes = answer.summary.open_holes;
  const table = answer.features.length
    ? new FindingsTable(answer.features, say, {
        show,
        explain: around.explain,
        propose,
        shown: (ids) => {
          plan.only(new Set([...ids, ...holes.map((_, index) => holeId(index))]));
        },
      })
    : null;
  place.append(table ? table.element : make("p", { class: "notice notice--good" }, say("judged.clean")));
  if (holes.length) place.append(holesSection(answer, say, show));
  place.append(...asides(answer, say));
  head.focus();
  head.scrollIntoView({ block: "start" });
}

/** Where a plan is drawn; {@link planHelp} says how it is used by the keyboard. */
export function planFrame(say: Say): HTMLElement {
  return make("div", {
    class: "plan",
    tabindex: "0",
    role: "application",
    "aria-label": say("judged.map"),
    "aria-describedby": "plan-help",
  });
}

export function planHelp(say: Say): HTMLElement {
  return make("p", { class: "quiet", id: "plan-help" }, say("judged.map_help"));
}

function headline({ summary }: Answer, say: Say): string {
  const of = summary.findings.by_severity;
  const numbers = Object.fromEntries(SEVERITIES.map((grade) => [grade, counted(of[grade])]));
  return say("judged.told", {
    name: summary.source,
    features: counted(summary.features),
    vertices: counted(summary.vertices),
    ...numbers,
  });
}

function exports(around: Around): HTMLElement {
  const buttons = ["geojson", "gpkg", "csv", "xlsx"].map((format) => {
    const button = make("button", { type: "button", class: "button" }, format.toUpperCase());
    button.addEventListener("click", () => {
      around.save(format, button);
    });
    return button;
  });
  const label = around.say("judged.export");
  return make("div", { class: "tool__actions", role: "group", "aria-label": label }, `${label} `, ...buttons);
}

function legend(say: Say): HTMLElement {
  const shown = signs(say);
  shown.append(make("span", { class: "sign sign--open" }, say("judged.open_hole")));
  return shown;
}

/** What the signs of the severities look like. */
export function signs(say: Say): HTMLElement {
  const items = SEVERITIES.map((grade) => make("span", { class: `sign sign--${grade}` }, say(`severity.${grade}`)));
  return make("span", { class: "legend" }, ...items);
}

function holesSection({ summary }: Answer, say: Say, show: (id: string) => void): HTMLElement {
  const holes = summary.open_holes;
  const title = say("judged.holes", { n: counted(holes.length) });
  const lead = say("judged.holes_lead", { width: summary.tolerances["gap_width_m"] ?? 0 });
  const row = (hole: OpenHole, index: number): HTMLTableRowElement => {
    const what = hole.features.join(", ");
    const name = say("judged.zoom", { what });
    const button = make("button", { type: "button", class: "button", "aria-label": name }, say("judged.show"));
    button.addEventListener("click", () => {
      show(holeId(index));
    });
    return make(
      "tr",
      {},
      make("th", { scope: "row", class: "code" }, what),
      make("td", { class: "num" }, amount(hole.width_m, null)),
      make("td", { class: "num" }, amount(hole.area_m2, null)),
      make("td", {}, button),
    );
  };
  const heads = ["features", "width", "area", "place"].map((key) => make("th", { scope: "col" }, say(`judged.${key}`)));
  return make(
    "section",
    { class: "section", "aria-labelledby": "holes" },
    make("h2", { class: "section__title", id: "holes" }, title),
    make("p", { class: "quiet" }, lead),
    scrollTable(title, [make("tr", {}, ...heads)], make("tbody", {}, ...holes.slice(0, HOLES).map(row))),
  );
}

function asides({ summary }: Answer, say: Say): HTMLElement[] {
  const limits = Object.entries(summary.tolerances).map(([name, value]) => `${name} ${value}`);
  const remarks = summary.remarks.map(({ message }) => make("li", {}, message));
  const parts: HTMLElement[] = [];
  if (remarks.length) parts.push(details(say("judged.remarks"), make("ul", {}, ...remarks)));
  parts.push(details(say("judged.limits"), make("p", { class: "code" }, limits.join(" · "))));
  return parts;
}

function details(title: string, content: HTMLElement): HTMLElement {
  return make("details", { class: "explain" }, make("summary", {}, title), content);
}

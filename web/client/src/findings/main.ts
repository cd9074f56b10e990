import "ol/ol.css";
import "../validate/validate.css";
import "./findings.css";

import { getElement } from "../config";
import { createElement } from "../tools/elements";
import { ServiceError, requireSuccess } from "../tools/requests";
import { type Translate, readTranslations } from "../translations";
import { FindingsMap } from "../validate/findings-map";
import { FindingsTable } from "../validate/findings-table";
import { createMapFrame, createMapHelp, createSeverityLegend } from "../validate/report";
import { toLocations } from "../validate/results";
import { showRule } from "../validate/rule-dialog";
import {
  type RegisterFinding,
  displayedState,
  fetchFinding,
  fetchFindings,
  fetchUnitAreas,
} from "./register-findings";

const PAUSE_MS = 700;

/** A map of findings over the boundaries of the register. */
class RegisterFindingsMap {
  private readonly map: FindingsMap;
  private readonly frame: HTMLElement;
  private readonly findingsById: ReadonlyMap<string, RegisterFinding>;

  /** Replaces the content of `host`, an element of the page. */
  constructor(
    host: HTMLElement,
    findings: readonly RegisterFinding[],
    private readonly lang: string,
    t: Translate,
    onSelect: (id: string) => void,
  ) {
    this.findingsById = new Map(findings.map((finding) => [finding.id, finding]));
    this.frame = createMapFrame(t);
    const showAll = createElement("button", { type: "button", class: "button" }, t("findings.show_all"));
    showAll.addEventListener("click", () => {
      this.map.showAll();
    });
    const legend = createSeverityLegend(t);
    legend.append(createElement("span", { class: "sign sign--open" }, t("life.verified")));
    const actions = createElement("div", { class: "tool__actions" }, showAll, legend);
    host.replaceChildren(this.frame, createMapHelp(t), actions);
    this.map = new FindingsMap(this.frame, t, (id) => {
      this.show(id);
      onSelect(id);
    });
    const verified = findings.filter(({ properties }) => properties.state === "verified");
    const present = findings.filter(({ properties }) => properties.state !== "verified");
    const former = toLocations(verified).map((location) => ({ ...location, kind: "open" as const }));
    this.map.show({ isPlanar: false, locations: [...former, ...toLocations(present)] });
    this.map.showRegister();
  }

  /** Zoom to a finding, with the areas of its units. */
  show(id: string): void {
    this.map.showLocation(id);
    const finding = this.findingsById.get(id);
    if (!finding) return;
    void fetchUnitAreas(finding, this.lang).then((areas) => {
      this.map.showOutlines(areas);
    });
  }

  /** Bring the map into view. */
  reveal(): void {
    this.frame.scrollIntoView({ block: "nearest" });
  }

  /** Show only these findings. */
  filter(ids: ReadonlySet<string>): void {
    this.map.filter(ids);
  }
}

/** The list of findings and the page of a single one. */
class FindingsPage {
  private readonly lang = document.documentElement.lang;
  private readonly problem = getElement("problem");

  constructor(private readonly t: Translate) {}

  /** The findings that match the query of the page, on a map and in a sortable table. */
  async showList(host: HTMLElement): Promise<void> {
    const { t } = this;
    const findings = await fetchFindings(new URLSearchParams(host.dataset["query"]), this.lang);
    if (!findings.length) return;
    findings.sort((a, b) => urgency(a) - urgency(b));
    const map = new RegisterFindingsMap(host, findings, this.lang, t, (id) => {
      table.reveal(id);
    });
    const actions = {
      show: (id: string) => {
        map.show(id);
        table.reveal(id);
        map.reveal();
      },
      explain: (rule: string) => void this.attempt(showRule(rule, this.lang, t)),
      onFilter: (ids: ReadonlySet<string>) => {
        map.filter(ids);
      },
    };
    const stateColumn = {
      key: "state",
      value: displayedState,
      label: (state: string) => t(`life.${state}`),
      cell: (finding: RegisterFinding) => this.createLink(finding),
    };
    const table = new FindingsTable<RegisterFinding>(findings, t, actions, [stateColumn]);
    host.append(table.element);
  }

  /** The location of a single finding on a map. */
  async showOne(host: HTMLElement): Promise<void> {
    const finding = await fetchFinding(host.dataset["id"] ?? "", this.lang);
    if (!finding.geometry) return;
    new RegisterFindingsMap(host, [finding], this.lang, this.t, () => undefined).show(finding.id);
  }

  /** Start a run of the checks when the form is submitted, and reload the page when it has ended. */
  listenForRuns(form: HTMLFormElement): void {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.attempt(this.run(form));
    });
  }

  /** Wait for work, and show the problem if it fails. */
  async attempt(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof ServiceError) this.showProblem(error.message);
      else if (error instanceof TypeError) this.showProblem(this.t("validate.away"));
      else throw error;
    }
  }

  private async run(form: HTMLFormElement): Promise<void> {
    const bar = createElement("progress", { max: "100", id: "run-bar" });
    const label = createElement("label", { for: "run-bar" }, this.t("life.running"));
    form.replaceChildren(label, " ", bar);
    const headers = {
      "Accept-Language": this.lang,
      "Content-Type": "application/json",
      "X-CSRF-Token": form.dataset["csrf"] ?? "",
    };
    const started = await requireSuccess(
      await fetch("/v1/findings/runs", { method: "POST", headers, body: "{}" }),
    );
    const url = started.headers.get("Location") ?? "";
    for (;;) {
      const run = (await (await requireSuccess(await fetch(url, { headers }))).json()) as RunStatus;
      bar.value = run.done;
      if (run.state === "finished" || run.state === "cancelled") break;
      if (run.problem) throw new ServiceError(run.problem.detail, null);
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
    location.reload();
  }

  private createLink(finding: RegisterFinding): HTMLElement {
    const { blocking, state } = finding.properties;
    const style = blocking ? "life life--blocking" : `life life--${state}`;
    const attributes = { class: style, href: `/findings/${finding.id}` };
    return createElement("a", attributes, this.t(`life.${displayedState(finding)}`));
  }

  private showProblem(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}

/** The order of findings: what requires action comes first. */
function urgency({ properties: { blocking, state } }: RegisterFinding): number {
  return blocking ? 0 : ["open", "answered", "verified"].indexOf(state) + 1;
}

interface RunStatus {
  readonly state: string;
  readonly done: number;
  readonly problem: { readonly detail: string } | null;
}

const page = new FindingsPage(readTranslations());
const list = document.getElementById("findings-list");
const single = document.getElementById("finding-location");
const runForm = document.getElementById("run-form");
if (list) void page.attempt(page.showList(list));
if (single) void page.attempt(page.showOne(single));
if (runForm instanceof HTMLFormElement) page.listenForRuns(runForm);

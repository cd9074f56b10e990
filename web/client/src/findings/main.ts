import "ol/ol.css";
import "../validate/validate.css";
import "./findings.css";

import { make } from "../tools/elements";
import { Refused, accepted } from "../tools/send";
import { type Say, readTexts } from "../tools/texts";
import { placesOf } from "../validate/answer";
import { explain } from "../validate/explain";
import { FindingsTable } from "../validate/findings";
import { Plan } from "../validate/plan";
import { planFrame, planHelp, signs } from "../validate/report";
import { type LivingFinding, bordersOf, finding, findings, stateOf } from "./answer";

const PAUSE_MS = 700;

/** What both pages share: a plan of places over the register's own borders. */
class Places {
  private readonly plan: Plan;
  private readonly view: HTMLElement;
  private readonly known: ReadonlyMap<string, LivingFinding>;

  /** Draws into `host`, which must stand on the page. */
  constructor(
    host: HTMLElement,
    shown: readonly LivingFinding[],
    private readonly lang: string,
    say: Say,
    pick: (id: string) => void,
  ) {
    this.known = new Map(shown.map((one) => [one.id, one]));
    this.view = planFrame(say);
    const whole = make("button", { type: "button", class: "button" }, say("findings.whole"));
    whole.addEventListener("click", () => {
      this.plan.showAll();
    });
    const legend = signs(say);
    legend.append(make("span", { class: "sign sign--open" }, say("life.verified")));
    host.replaceChildren(this.view, planHelp(say), make("div", { class: "tool__actions" }, whole, legend));
    const words = { zoomIn: say("judged.zoom_in"), zoomOut: say("judged.zoom_out") };
    this.plan = new Plan(this.view, words, (id) => {
      this.show(id);
      pick(id);
    });
    const gone = shown.filter(({ properties }) => properties.state === "verified");
    const there = shown.filter(({ properties }) => properties.state !== "verified");
    const traces = placesOf(gone).map((place) => ({ ...place, kind: "open" as const }));
    this.plan.show({ isPlanar: false, places: [...traces, ...placesOf(there)] });
    this.plan.overRegister();
  }

  /** Show the place of a finding, with the borders of its units. */
  show(id: string): void {
    this.plan.showPlace(id);
    const one = this.known.get(id);
    if (!one) return;
    void bordersOf(one, this.lang).then((borders) => {
      this.plan.outline(borders);
    });
  }

  /** Bring the plan into view. */
  reveal(): void {
    this.view.scrollIntoView({ block: "nearest" });
  }

  /** Show only these places. */
  only(ids: ReadonlySet<string>): void {
    this.plan.only(ids);
  }
}

/** All findings of the page's filters, on a map and in a table that sorts. */
class FindingsPage {
  private readonly lang = document.documentElement.lang;
  private readonly problem = element("problem");

  constructor(private readonly say: Say) {}

  async show(host: HTMLElement): Promise<void> {
    const { say } = this;
    const found = await findings(new URLSearchParams(host.dataset["query"]), this.lang);
    if (!found.length) return;
    found.sort((a, b) => urgency(a) - urgency(b));
    const places = new Places(host, found, this.lang, say, (id) => {
      table.reveal(id);
    });
    const table: FindingsTable<LivingFinding> = new FindingsTable(
      found,
      say,
      {
        show: (id) => {
          places.show(id);
          table.reveal(id);
          places.reveal();
        },
        explain: (rule) => void this.tried(explain(rule, this.lang, say)),
        shown: (ids) => {
          places.only(ids);
        },
      },
      [
        {
          key: "state",
          of: stateOf,
          named: (state) => say(`life.${state}`),
          cell: (one) => this.link(one),
        },
      ],
    );
    host.append(table.element);
  }

  /** A finding by itself: its place on a map. */
  async showOne(host: HTMLElement): Promise<void> {
    const one = await finding(host.dataset["id"] ?? "", this.lang);
    if (!one.geometry) return;
    new Places(host, [one], this.lang, this.say, () => undefined).show(one.id);
  }

  /** Ask for a run, wait for it, and show what it found. */
  watch(form: HTMLFormElement): void {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.tried(this.run(form));
    });
  }

  async tried(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof Refused) this.fail(error.message);
      else if (error instanceof TypeError) this.fail(this.say("judged.away"));
      else throw error;
    }
  }

  private async run(form: HTMLFormElement): Promise<void> {
    const bar = make("progress", { max: "100", id: "run-bar" });
    const told = make("label", { for: "run-bar" }, this.say("life.running"));
    form.replaceChildren(told, " ", bar);
    const headers = {
      "Accept-Language": this.lang,
      "Content-Type": "application/json",
      "X-CSRF-Token": form.dataset["csrf"] ?? "",
    };
    const asked = await accepted(await fetch("/v1/findings/runs", { method: "POST", headers, body: "{}" }));
    const address = asked.headers.get("Location") ?? "";
    for (;;) {
      const run = (await (await accepted(await fetch(address, { headers }))).json()) as Run;
      bar.value = run.done;
      if (run.state === "finished") break;
      if (run.problem) throw new Refused(run.problem.detail, null);
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
    location.reload();
  }

  private link(one: LivingFinding): HTMLElement {
    const { blocking, state } = one.properties;
    const look = blocking ? "life life--blocking" : `life life--${state}`;
    return make("a", { class: look, href: `/findings/${one.id}` }, this.say(`life.${stateOf(one)}`));
  }

  private fail(text: string): void {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }
}

/** What waits for somebody stands first. */
function urgency({ properties: { blocking, state } }: LivingFinding): number {
  return blocking ? 0 : ["open", "answered", "verified"].indexOf(state) + 1;
}

interface Run {
  readonly state: string;
  readonly done: number;
  readonly problem: { readonly detail: string } | null;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const page = new FindingsPage(readTexts());
const list = document.getElementById("findings-list");
const place = document.getElementById("finding-place");
const run = document.getElementById("run-form");
if (list) void page.tried(page.show(list));
if (place) void page.tried(page.showOne(place));
if (run instanceof HTMLFormElement) page.watch(run);

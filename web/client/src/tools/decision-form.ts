import type { Translate } from "../translations";
import type { AddressCandidate, AmbiguousAddress } from "./ambiguous-rows";
import type { Decisions, DecisionStore } from "./decision-store";
import { createElement } from "./elements";

const NONE = "none";
const ROWS_SHOWN = 10;
const DIGIT_KEYS = 9;

/** Ambiguous addresses, shown one at a time for a person to decide. */
export class DecisionForm {
  readonly element = createElement("section", { class: "section", "aria-labelledby": "decide-title" });
  private readonly decisions: Decisions;
  private position: number;

  constructor(
    private readonly addresses: readonly AmbiguousAddress[],
    private readonly store: DecisionStore,
    private readonly t: Translate,
    private readonly announce: (text: string) => void,
  ) {
    this.decisions = store.read();
    this.position = Math.max(0, this.findUndecided(0));
    this.show();
  }

  /** Add the decisions to a form as the service reads them: for every row of each address. */
  fillForm(form: FormData): void {
    const texts = this.addresses.flatMap((address) => {
      const choice = this.choiceOf(address);
      return choice ? address.rows.map((row) => `${row}=${choice}`) : [];
    });
    if (texts.length > 0) form.set("decisions", texts.join(","));
  }

  /** The stored choice about an address, if it is one of its candidates still. */
  private choiceOf({ rows, candidates }: AmbiguousAddress): string | null {
    const choice = this.decisions.get(rows[0] ?? 0);
    const isOffered = choice === NONE || candidates.some(({ id }) => id === choice);
    return choice !== undefined && isOffered ? choice : null;
  }

  /** The next address without a decision, from a position on and then from the start; -1 if there is none. */
  private findUndecided(from: number): number {
    const order = [...this.addresses.keys()];
    const next = [...order.slice(from), ...order.slice(0, from)];
    return next.find((index) => !this.choiceOf(this.addresses[index] as AmbiguousAddress)) ?? -1;
  }

  private decide(address: AmbiguousAddress, choice: string | null): void {
    const key = address.rows[0] ?? 0;
    if (choice) this.decisions.set(key, choice);
    else this.decisions.delete(key);
    this.store.write(this.decisions);
    this.showCount();
  }

  private get count(): string {
    const n = this.addresses.filter((address) => this.choiceOf(address)).length;
    return this.t("tool.decided", { n, total: this.addresses.length });
  }

  private showCount(): void {
    const count = this.element.querySelector("small");
    if (count) count.textContent = this.count;
  }

  private show(): void {
    const address = this.addresses[this.position];
    if (!address) return;
    const title = createElement("h2", { class: "section__title", id: "decide-title" }, this.t("tool.decide"), " ");
    title.append(createElement("small", {}, this.count));
    const isDone = this.findUndecided(0) < 0;
    const lead = createElement("p", { class: "quiet" }, isDone ? this.t("tool.all_decided") : this.t("tool.decide_lead"));
    this.element.replaceChildren(title, lead, this.createCard(address));
  }

  private createCard(address: AmbiguousAddress): HTMLElement {
    const offered: AddressCandidate[] = [...address.candidates, { id: NONE, code: "", label: this.t("tool.none_of_these") }];
    const radios = offered.map(({ id }) => this.createRadio(address, id));
    const form = createElement(
      "form",
      { class: "decide" },
      createElement(
        "div",
        {},
        createElement("p", { class: "decide__address", lang: "zh-Hans", id: "decide-address" }, address.address),
        createElement("p", { class: "quiet" }, this.describePlace(address)),
      ),
      createElement(
        "fieldset",
        { class: "choices", "aria-describedby": "decide-address" },
        createElement("legend", {}, this.t("tool.which")),
        ...offered.map((candidate, index) => createChoice(candidate, radios[index] as HTMLInputElement, index)),
      ),
      this.createActions(address),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.open(this.findUndecided(this.position + 1));
    });
    form.addEventListener("keydown", (event) => {
      const radio = radios[Number(event.key) - 1];
      if (radio && !event.ctrlKey && !event.altKey && !event.metaKey) {
        radio.focus();
        radio.click();
      }
    });
    return form;
  }

  private createRadio(address: AmbiguousAddress, id: string): HTMLInputElement {
    const radio = createElement("input", { type: "radio", name: "choice", value: id });
    radio.checked = this.choiceOf(address) === id;
    radio.addEventListener("change", () => {
      this.decide(address, id);
    });
    return radio;
  }

  private createActions(address: AmbiguousAddress): HTMLElement {
    const actions = createElement("p", { class: "tool__actions" });
    const add = (text: string, act: () => void): void => {
      const button = createElement("button", { type: "button", class: "button" }, text);
      button.addEventListener("click", act);
      actions.append(button);
    };
    actions.append(createElement("button", { class: "button button--main" }, this.t("tool.next_undecided")));
    if (this.addresses.length > 1) {
      add(this.t("tool.previous"), () => {
        this.open((this.position + this.addresses.length - 1) % this.addresses.length);
      });
      add(this.t("tool.next"), () => {
        this.open((this.position + 1) % this.addresses.length);
      });
    }
    add(this.t("tool.undecide"), () => {
      this.decide(address, null);
      this.open(this.position);
    });
    return actions;
  }

  /** Show an address with the focus on its choices; without one, say that all are decided. */
  private open(position: number): void {
    if (position >= 0) this.position = position;
    this.show();
    const radios = this.element.querySelectorAll<HTMLInputElement>("input[type=radio]");
    ([...radios].find((radio) => radio.checked) ?? radios[0])?.focus();
    const address = this.addresses[this.position];
    this.announce(position < 0 ? this.t("tool.all_decided") : `${this.count} ${address?.address ?? ""}`);
  }

  private describePlace({ rows }: AmbiguousAddress): string {
    const more = rows.length > ROWS_SHOWN ? " …" : "";
    const place = this.t("tool.case", { position: this.position + 1, total: this.addresses.length });
    return `${place} · ${this.t("tool.in_rows", { rows: rows.slice(0, ROWS_SHOWN).join(", ") + more, n: rows.length })}`;
  }
}

/** A candidate with its radio button; the digit that picks it is shown. */
function createChoice({ code, label }: AddressCandidate, radio: HTMLInputElement, index: number): HTMLElement {
  const key = index < DIGIT_KEYS ? [createElement("kbd", { "aria-hidden": "true" }, String(index + 1))] : [];
  const link = code
    ? [createElement("a", { class: "code", href: `/units/${code}`, target: "_blank", rel: "noopener" }, code)]
    : [];
  const name = createElement("span", code ? { lang: "zh-Hans" } : {}, label);
  return createElement("label", { class: "check" }, radio, ...key, name, ...link);
}

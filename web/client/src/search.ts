import { type AsOf, type Config, asOfQuery, getElement } from "./config";
import { fillTemplate } from "./translations";

/** A place as `/v1/suggest` returns it. */
interface Suggestion {
  readonly label: string;
  readonly name: string;
  readonly code: string | null;
  readonly place_id: string | null;
  readonly level: string;
  readonly matched_name: string;
  readonly via_former_name: boolean;
}

interface SuggestResponse {
  readonly suggestions: readonly Suggestion[];
}

const PAUSE_MS = 120;
const LIMIT = 8;

/** Suggestions under the search box, by the ARIA combobox pattern with a listbox. */
export class Suggestions {
  private readonly input = getElement("q") as HTMLInputElement;
  private readonly list = getElement("q-list");
  private hits: readonly Suggestion[] = [];
  private active = -1;
  private timer = 0;
  private request: AbortController | null = null;

  constructor(
    private readonly config: Config,
    private readonly currentAsOf: () => AsOf,
    private readonly open: (url: URL) => void,
    private readonly announce: (text: string) => void,
  ) {
    this.input.addEventListener("input", (event) => {
      // While a Chinese input method composes, the box holds letters of unfinished input.
      if (!event.isComposing) this.schedule();
    });
    this.input.addEventListener("compositionend", () => {
      this.schedule();
    });
    this.input.addEventListener("keydown", (event) => {
      this.onKey(event);
    });
    this.input.addEventListener("blur", () => {
      this.close();
    });
    // Pressing on an option must not take the focus from the box, or blur would close the list first.
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
    });
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.choose(Number(option.dataset["index"]));
    });
    this.input.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), PAUSE_MS);
  }

  private async load(): Promise<void> {
    this.request?.abort();
    const text = this.input.value.trim();
    if (!text) {
      this.close();
      return;
    }
    const request = (this.request = new AbortController());
    const query = new URLSearchParams({ q: text, at: this.currentAsOf().at, limit: String(LIMIT) });
    try {
      const response = await fetch(`/v1/suggest?${query}`, {
        headers: { "Accept-Language": this.config.lang },
        signal: request.signal,
      });
      if (response.ok) this.show(((await response.json()) as SuggestResponse).suggestions);
      else this.close();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    }
  }

  private show(hits: readonly Suggestion[]): void {
    if (document.activeElement !== this.input) return;
    this.hits = hits;
    this.active = -1;
    this.list.replaceChildren(...this.hits.map((hit, index) => this.createOption(hit, index)));
    this.list.hidden = this.hits.length === 0;
    this.markActive();
    this.announce(
      this.hits.length === 0
        ? this.config.text.results_none
        : fillTemplate(this.config.text.results_count, { n: this.hits.length }),
    );
  }

  private createOption(hit: Suggestion, index: number): HTMLElement {
    const option = document.createElement("li");
    option.id = `q-option-${index}`;
    option.className = "search__option";
    option.setAttribute("role", "option");
    option.dataset["index"] = String(index);
    const level = this.config.levels[hit.level] ?? "";
    const where = hit.label.endsWith(hit.name) ? hit.label.slice(0, -hit.name.length) : hit.label;
    const former = hit.via_former_name ? `${this.config.text.former_name} ${hit.matched_name}` : "";
    option.append(
      createText("b", hit.name, "zh-Hans"),
      createText("span", hit.code ?? "", null, "code quiet"),
      createText("small", [level, where, former].filter(Boolean).join(" · ")),
    );
    return option;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const count = this.hits.length;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One position more than there are options: the box itself, as the pattern has it.
      this.active = ((this.active + 1 + step + count + 1) % (count + 1)) - 1;
      this.markActive();
    } else if (event.key === "Escape" && !this.list.hidden) {
      // The first Escape closes the list; a second one empties the box, as browsers do by themselves.
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    }
  }

  private markActive(): void {
    for (const [index, option] of [...this.list.children].entries()) {
      option.ariaSelected = String(index === this.active);
      if (index === this.active) option.scrollIntoView({ block: "nearest" });
    }
    this.input.ariaExpanded = String(!this.list.hidden);
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `q-option-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  private choose(index: number): void {
    const hit = this.hits[index];
    if (!hit) return;
    this.input.value = hit.name;
    this.go(hit.code ? `/units/${hit.code}` : `/places/${hit.place_id ?? ""}`, {});
  }

  private submit(): void {
    const q = this.input.value.trim();
    if (q) this.go("/search", { q });
  }

  private go(path: string, more: Record<string, string>): void {
    this.close();
    const url = new URL(path, location.origin);
    const query = asOfQuery(this.currentAsOf(), this.config.today);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    url.search = query.toString();
    this.open(url);
  }

  private close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
    this.hits = [];
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.markActive();
  }
}

function createText(tag: string, content: string, lang: string | null = null, className = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  if (lang) element.lang = lang;
  if (className) element.className = className;
  return element;
}

import { type Moment, type PageState, momentQuery, readPage } from "../config";
import { find } from "./elements";
import type { Surroundings, Tool } from "./tool";

const PAUSE_MS = 250;

/** The answer for one address, as it is typed: the page's own answer, fetched as a fragment. */
export class LiveAddress implements Tool {
  private readonly field = find("address", HTMLTextAreaElement);
  private readonly answer = find("answer", HTMLElement);
  private timer = 0;
  private request: AbortController | null = null;

  constructor(private readonly around: Surroundings) {
    this.field.addEventListener("input", (event) => {
      if (!event.isComposing) this.schedule(PAUSE_MS);
    });
    this.field.addEventListener("compositionend", () => {
      this.schedule(PAUSE_MS);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
      event.preventDefault();
      this.schedule(0);
    });
    this.field.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.schedule(0);
    });
  }

  close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  private schedule(pause: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), pause);
  }

  private async ask(): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const url = this.url(this.around.state.moment);
    try {
      const answer = await fetch(url, {
        headers: { "X-Panel": "1", Accept: "text/html" },
        signal: request.signal,
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
      if (page && answer.ok) this.show(url, page);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.around.announce(this.around.config.text.page_failed);
      if (!(error instanceof TypeError)) throw error; // the network is away
    }
  }

  private url(moment: Moment): URL {
    const url = new URL("/geocode", location.origin);
    const query = momentQuery(moment, this.around.config.today);
    if (this.field.value.trim()) query.set("address", this.field.value.trim());
    url.search = query.toString();
    return url;
  }

  private show(url: URL, page: HTMLElement): void {
    const isOpen = this.answer.querySelector("details")?.open ?? false;
    this.answer.replaceChildren(...(page.querySelector("#answer")?.childNodes ?? []));
    const steps = this.answer.querySelector("details");
    if (steps) steps.open = isOpen;
    history.replaceState(null, "", url);
    this.around.announce(this.answer.querySelector("h2")?.textContent.replace(/\s+/g, " ") ?? "");
    const state: PageState = readPage(page);
    void this.around.map.then((map) => {
      map.show(state);
    });
  }
}

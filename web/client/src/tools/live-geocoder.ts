import { type AsOf, type PageState, asOfQuery, readPage } from "../config";
import { findElement } from "./elements";
import type { ToolContext, Tool } from "./tool";

const PAUSE_MS = 250;

/** The result for one address as it is typed: the page's own result, fetched as a fragment. */
export class LiveGeocoder implements Tool {
  private readonly field = findElement("address", HTMLTextAreaElement);
  private readonly result = findElement("answer", HTMLElement);
  private timer = 0;
  private request: AbortController | null = null;

  constructor(private readonly context: ToolContext) {
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
    this.timer = window.setTimeout(() => void this.load(), pause);
  }

  private async load(): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const url = this.url(this.context.state.asOf);
    try {
      const response = await fetch(url, {
        headers: { "X-Panel": "1", Accept: "text/html" },
        signal: request.signal,
      });
      const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("page");
      if (page && response.ok) this.show(url, page);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.context.announce(this.context.config.text.page_failed);
      if (!(error instanceof TypeError)) throw error; // the network is away
    }
  }

  private url(asOf: AsOf): URL {
    const url = new URL("/geocode", location.origin);
    const query = asOfQuery(asOf, this.context.config.today);
    if (this.field.value.trim()) query.set("address", this.field.value.trim());
    url.search = query.toString();
    return url;
  }

  private show(url: URL, page: HTMLElement): void {
    const isOpen = this.result.querySelector("details")?.open ?? false;
    this.result.replaceChildren(...(page.querySelector("#answer")?.childNodes ?? []));
    const steps = this.result.querySelector("details");
    if (steps) steps.open = isOpen;
    history.replaceState(null, "", url);
    this.context.announce(this.result.querySelector("h2")?.textContent.replace(/\s+/g, " ") ?? "");
    const state: PageState = readPage(page);
    void this.context.map.then((map) => {
      map.show(state);
    });
  }
}

import { findElement } from "./elements";
import type { Tool, ToolContext } from "./tool";

const PAUSE_MS = 300;

/** The page that examines a proposed name: its own answer, fetched as a fragment while one types. */
export function createNamingTool(context: ToolContext): Tool {
  return new LiveNameCheck(context);
}

class LiveNameCheck implements Tool {
  private readonly form = findElement("naming-form", HTMLFormElement);
  private readonly answer = findElement("naming-answer", HTMLElement);
  private readonly level = findElement("naming-level", HTMLElement);
  private readonly legalClass = findElement("naming-class", HTMLSelectElement);
  private timer = 0;
  private request: AbortController | null = null;

  constructor(private readonly context: ToolContext) {
    this.form.addEventListener("input", (event) => {
      this.showLevel();
      if (!(event instanceof InputEvent && event.isComposing)) this.schedule(PAUSE_MS);
    });
    this.form.addEventListener("compositionend", () => {
      this.schedule(PAUSE_MS);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const pressed = event.submitter;
      if (pressed instanceof HTMLButtonElement && pressed.name === "name") {
        findElement("naming-name", HTMLInputElement).value = pressed.value;
      }
      this.schedule(0);
    });
    this.showLevel();
    this.showPoints();
  }

  close(): void {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  private showLevel(): void {
    this.level.hidden = this.legalClass.value !== "division";
  }

  private schedule(pause: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), pause);
  }

  private async load(): Promise<void> {
    this.request?.abort();
    const request = (this.request = new AbortController());
    const url = this.buildUrl();
    try {
      const response = await fetch(url, { headers: { "X-Panel": "1", Accept: "text/html" }, signal: request.signal });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const answer = page.getElementById("naming-answer");
      if (answer) this.show(url, answer); // what is wrong with a field stands there too
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.context.announce(this.context.config.text.page_failed);
      if (!(error instanceof TypeError)) throw error; // the network is away
    }
  }

  /** The address of the page with what is filled in. */
  private buildUrl(): URL {
    const url = new URL("/naming", location.origin);
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && value.trim()) url.searchParams.set(name, value.trim());
    }
    return url;
  }

  private show(url: URL, answer: HTMLElement): void {
    this.answer.replaceChildren(...answer.childNodes);
    this.answer.dataset["points"] = answer.dataset["points"] ?? "[]";
    history.replaceState(null, "", url);
    this.context.announce(this.answer.querySelector("h2, [role=alert]")?.textContent.replace(/\s+/g, " ") ?? "");
    this.showPoints();
  }

  /** The place of the name and of those like it, on the map. */
  private showPoints(): void {
    const points = JSON.parse(this.answer.dataset["points"] ?? "[]") as [number, number][];
    void this.context.map.then((map) => {
      const extent = map.overlay.showDots(points.map(([lon, lat]) => ({ lon, lat, count: 1 })));
      if (extent) map.frame(extent);
    });
  }
}

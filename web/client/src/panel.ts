import { type Config, type PageState, getElement, readPage } from "./config";

/** Paths that open inside the panel; all others are pages of their own. */
const IN_PANEL = /^\/(?:$|units\/|search$|places\/|geocode$|coverage$|naming$)/;

/** The page in the panel: replaced in place by fetching the same address as a fragment. */
export class Panel {
  private readonly page = getElement("page");
  private readonly live = getElement("live");
  private loading: AbortController | null = null;

  constructor(
    private readonly config: Config,
    private readonly onChange: (state: PageState) => void,
  ) {
    document.addEventListener("click", (event) => {
      const link = findPanelLink(event);
      if (!link) return;
      event.preventDefault();
      void this.open(new URL(link.href));
    });
    window.addEventListener("popstate", () => {
      void this.load(new URL(location.href));
    });
  }

  /** The state of the current page. */
  get state(): PageState {
    return readPage(this.page);
  }

  /** Go to an address of the panel and remember it in the history. */
  async open(url: URL): Promise<void> {
    if (!IN_PANEL.test(url.pathname)) {
      location.assign(url);
      return;
    }
    history.pushState(null, "", url);
    await this.load(url);
  }

  /** Announce a text to users of screen readers. */
  announce(text: string): void {
    this.live.textContent = text;
  }

  private async load(url: URL): Promise<void> {
    this.loading?.abort();
    const loading = (this.loading = new AbortController());
    this.page.ariaBusy = "true";
    try {
      const response = await fetch(url, { headers: { "X-Panel": "1", Accept: "text/html" }, signal: loading.signal });
      if (!response.headers.get("Content-Type")?.startsWith("text/html")) {
        location.assign(url);
        return;
      }
      if (response.redirected) history.replaceState(null, "", response.url);
      this.show(await response.text());
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      this.announce(this.config.text.page_failed);
      throw error;
    } finally {
      if (this.loading === loading) this.page.ariaBusy = "false";
    }
  }

  private show(html: string): void {
    const fragment = new DOMParser().parseFromString(html, "text/html").getElementById("page");
    if (!fragment) {
      location.reload();
      return;
    }
    for (const name of Object.keys(this.page.dataset)) this.page.removeAttribute(dataAttribute(name));
    Object.assign(this.page.dataset, fragment.dataset);
    this.page.replaceChildren(...fragment.childNodes);
    document.title = fragment.dataset["title"] ?? document.title;
    getElement("panel").scrollTop = 0;
    const heading = this.page.querySelector<HTMLElement>("h1");
    heading?.focus({ preventScroll: true });
    this.announce(heading?.textContent.trim() ?? "");
    this.onChange(this.state);
  }
}

function dataAttribute(property: string): string {
  return `data-${property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The link that an ordinary click opens inside the panel; null for other clicks. */
function findPanelLink(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element).closest("a");
  if (!link?.href || link.target || link.hasAttribute("download") || link.hash) return null;
  const url = new URL(link.href);
  const stays = url.origin === location.origin && IN_PANEL.test(url.pathname);
  return stays && !url.searchParams.has("lang") && document.getElementById("map") ? link : null;
}

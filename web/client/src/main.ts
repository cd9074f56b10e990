import "./tokens.css";
import "./base.css";
import "./layout.css";
import "./components/index.css";
import "./map.css";
import "./tools.css";

import { readConfig } from "./config";
import { DateControl } from "./dates";
import { Panel } from "./panel";
import { Suggestions } from "./search";
import type { RegisterMap } from "./map/map";
import type { Tool } from "./tools/tool";

/** Pages without a map need only the menu. */
function start(): void {
  closeMenuByEscape();
  if (!document.getElementById("map")) return;

  const config = readConfig();
  let map: RegisterMap | null = null;
  let tool: Tool | null = null;
  const panel = new Panel(config, (state) => {
    dates.show(state);
    updateLanguageLink();
    map?.overlay.clear();
    map?.show(state);
    void startTool();
  });
  const open = (url: URL): void => void panel.open(url);
  const dates = new DateControl(config, open);
  new Suggestions(
    config,
    () => panel.state.asOf,
    open,
    (text) => {
      panel.announce(text);
    },
  );
  dates.show(panel.state);
  const mapReady = startMap();
  void startTool();

  // The map library is the larger part of the program; the panel works before it has arrived.
  async function startMap(): Promise<RegisterMap> {
    const { RegisterMap } = await import("./map/map");
    map = new RegisterMap(config, open, (text) => {
      panel.announce(text);
    });
    map.show(panel.state);
    return map;
  }

  /** Start the tool of the page, if it has one; the one before is closed with its page. */
  async function startTool(): Promise<void> {
    tool?.close();
    tool = null;
    const host = document.querySelector<HTMLElement>("[data-tool]");
    if (!host) return;
    const { mountTool } = await import("./tools/mount");
    if (!host.isConnected) return;
    const announce = (text: string): void => {
      panel.announce(text);
    };
    tool = mountTool(host.dataset["tool"] ?? "", { config, state: panel.state, map: mapReady, announce });
  }
}

/** The link to the other language repeats the current address. */
function updateLanguageLink(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-lang]")) {
    const url = new URL(location.href);
    url.searchParams.set("lang", link.dataset["lang"] ?? "");
    link.href = url.toString();
  }
}

function closeMenuByEscape(): void {
  const menus = document.querySelectorAll<HTMLDetailsElement>("details.menu");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (!menu.open) continue;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target as Node)) menu.open = false;
  });
}

start();

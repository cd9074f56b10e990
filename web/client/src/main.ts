import "./tokens.css";
import "./base.css";
import "./layout.css";
import "./components.css";
import "./map.css";

import { type PageState, readConfig } from "./config";
import { DateControl } from "./dates";
import { Panel } from "./panel";
import { Suggestions } from "./search";
import type { RegisterMap } from "./map/map";

/** Pages of wide tables carry no map; they need nothing but the menu. */
function start(): void {
  closeMenuByEscape();
  if (!document.getElementById("map")) return;

  const config = readConfig();
  let map: RegisterMap | null = null;
  const panel = new Panel(config, (state) => {
    dates.show(state);
    updateLanguageLink();
    map?.show(state);
  });
  const open = (url: URL): void => void panel.open(url);
  const dates = new DateControl(config, open);
  new Suggestions(
    config,
    () => panel.state.moment,
    open,
    (text) => {
      panel.say(text);
    },
  );
  dates.show(panel.state);
  void startMap(panel.state);

  // The map library is the larger part of the program; the panel works before it has arrived.
  async function startMap(state: PageState): Promise<void> {
    const { RegisterMap } = await import("./map/map");
    map = new RegisterMap(config, open);
    map.show(panel.state === state ? state : panel.state);
  }
}

/** The link to the other language repeats the address now shown. */
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

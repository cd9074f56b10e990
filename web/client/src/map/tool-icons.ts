/** Signs of the buttons of the map, drawn on a grid of 24: fonts do not have them everywhere. */
const PATHS = {
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.6 1.6M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.6-1.6",
  distance: "M3 16 16 3l5 5L8 21zM7 12l2 2m1-5 3 3m0-6 2 2",
  area: "M5 6l8-2 6 7-3 8-10-1z",
  print: "M7 9V3h10v6M7 18H4v-7h16v7h-3M7 14h10v7H7z",
} as const;

export type IconName = keyof typeof PATHS;

/** An icon as an element, which says nothing to those who listen. */
export function createIcon(name: IconName): SVGSVGElement {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  icon.append(path);
  return icon;
}

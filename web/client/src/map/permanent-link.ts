import type View from "ol/View";
import { fromLonLat, toLonLat } from "ol/proj";

/** What of the map is in view: zoom, latitude and longitude, as `#8.25/23.1300/113.2600`. */
const PATTERN = /^#(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/;

/** Bring what an address names into view; false if it names nothing. */
export function applyHash(view: View, hash: string): boolean {
  const [, zoom, lat, lon] = PATTERN.exec(hash) ?? [];
  if (zoom === undefined || lat === undefined || lon === undefined) return false;
  view.setCenter(fromLonLat([Number(lon), Number(lat)]));
  view.setZoom(Number(zoom));
  return true;
}

/** The address of the page with what is in view. */
export function buildLink(view: View, address: string): URL {
  const url = new URL(address);
  const center = view.getCenter();
  const [lon, lat] = center ? toLonLat(center) : [];
  if (lon !== undefined && lat !== undefined) {
    url.hash = `${(view.getZoom() ?? 0).toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
  }
  return url;
}

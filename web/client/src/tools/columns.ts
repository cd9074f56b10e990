import type { Beginning } from "./csv";
import { make } from "./elements";
import { scrollTable } from "./table";
import type { Say } from "./texts";

const ADDRESS = "address";
const PARTS = ["province", "prefecture", "county", "township", "village"] as const;

export const ADDRESS_ROLES: readonly string[] = [ADDRESS, ...PARTS];
export const FACILITY_ROLES: readonly string[] = [...ADDRESS_ROLES, "name", "lon", "lat"];

/** What a column likely holds, by its name; the first that fits. */
const GUESSES: readonly (readonly [string, RegExp])[] = [
  [ADDRESS, /地址|住址|地点|位置|address/i],
  ["lon", /经度|^lon|^lng|longitude/i],
  ["lat", /纬度|^lat/i],
  ["province", /^省|省份|province/i],
  ["prefecture", /^地?市州?$|地市|城市|prefecture|^city$/i],
  ["county", /区县|县区|县市|^[区县]$|county|district/i],
  ["township", /乡镇|镇街|街道|township|^town$/i],
  ["village", /^村|社区|village/i],
  ["name", /名称|机构|设施|^name$/i],
];

/** The first rows of a list with a choice above each column that says what it holds. */
export class Columns {
  private choices: HTMLSelectElement[] = [];
  private header: readonly string[] = [];

  constructor(
    private readonly host: HTMLElement,
    private readonly say: Say,
    private readonly roles: readonly string[],
  ) {}

  /** Show a list, its columns guessed by their names. */
  show({ header, rows }: Beginning): void {
    this.header = header;
    const guessed = this.guessed(header);
    this.choices = header.map((name, index) => this.choice(name, guessed[index] ?? ""));
    const title = this.say("tool.mapping");
    const heads = [
      make("tr", {}, ...this.choices.map((choice) => make("td", {}, choice))),
      make("tr", {}, ...header.map((name) => make("th", { scope: "col" }, name))),
    ];
    const body = make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell)))));
    const step = make("p", { class: "tool__step" }, title);
    this.host.replaceChildren(step, scrollTable(title, heads, body, "table table--preview"));
    this.host.hidden = false;
  }

  /** Put the choices into a form as the service reads them; false if nothing can be located. */
  fill(form: FormData): boolean {
    const by = (role: string): string[] =>
      this.header.filter((_, index) => this.choices[index]?.value === role);
    for (const name of by(ADDRESS)) form.append("columns", name);
    for (const role of [...PARTS, "name"]) for (const name of by(role)) form.set(role, name);
    const [lon, lat] = [by("lon")[0], by("lat")[0]];
    if (lon && lat) for (const name of [lon, lat]) form.append("coordinates", name);
    return Boolean(lon && lat) || [ADDRESS, ...PARTS].some((role) => by(role).length > 0);
  }

  /** An address column says it all; parts are only taken where there is none. */
  private guessed(header: readonly string[]): string[] {
    const found = header.map((name) => GUESSES.find(([, form]) => form.test(name.trim()))?.[0] ?? "");
    const whole = found.includes(ADDRESS);
    return found.map((role, index) => {
      if (!this.roles.includes(role) || found.indexOf(role) !== index) return "";
      return whole && (PARTS as readonly string[]).includes(role) ? "" : role;
    });
  }

  private choice(column: string, role: string): HTMLSelectElement {
    const options = ["", ...this.roles].map((value) =>
      make("option", { value }, this.say(`tool.role_${value || "none"}`)),
    );
    const select = make("select", { "aria-label": this.say("tool.role", { column }) }, ...options);
    select.value = role;
    select.addEventListener("change", () => {
      if (select.value === ADDRESS) return; // several columns may make up an address
      for (const other of this.choices) {
        if (other !== select && other.value === select.value) other.value = "";
      }
    });
    return select;
  }
}

import type { ListPreview } from "./csv";
import { createElement } from "./elements";
import { createScrollTable } from "./table";
import type { Translate } from "../translations";

const ADDRESS = "address";
const PARTS = ["province", "prefecture", "county", "township", "village"] as const;

export const ADDRESS_ROLES: readonly string[] = [ADDRESS, ...PARTS];
export const FACILITY_ROLES: readonly string[] = [...ADDRESS_ROLES, "name", "lon", "lat"];

/** The likely role of a column by its name; the first that matches. */
const NAME_PATTERNS: readonly (readonly [string, RegExp])[] = [
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

/** The first rows of a list, with a choice of its role above each column. */
export class ColumnMapping {
  private selects: HTMLSelectElement[] = [];
  private header: readonly string[] = [];

  constructor(
    private readonly host: HTMLElement,
    private readonly t: Translate,
    private readonly roles: readonly string[],
  ) {}

  /** Whether there is no list to map. */
  get isHidden(): boolean {
    return this.header.length === 0;
  }

  /** Show nothing: the service finds the columns. */
  hide(): void {
    this.header = [];
    this.selects = [];
  }

  /** Show a list, with roles guessed from the names of its columns. */
  show({ header, rows }: ListPreview): void {
    this.header = header;
    const roles = this.guessRoles(header);
    this.selects = header.map((name, index) => this.createSelect(name, roles[index] ?? ""));
    const title = this.t("tool.mapping");
    const heads = [
      createElement("tr", {}, ...this.selects.map((select) => createElement("td", {}, select))),
      createElement("tr", {}, ...header.map((name) => createElement("th", { scope: "col" }, name))),
    ];
    const body = createElement("tbody", {}, ...rows.map((row) => createElement("tr", {}, ...row.map((cell) => createElement("td", {}, cell)))));
    const step = createElement("p", { class: "tool__step" }, title);
    this.host.replaceChildren(step, createScrollTable(title, heads, body, "table table--preview"));
    this.host.hidden = false;
  }

  /** Add the roles to a form as the service reads them; false if nothing can be located. */
  fillForm(form: FormData): boolean {
    const columnsOf = (role: string): string[] =>
      this.header.filter((_, index) => this.selects[index]?.value === role);
    for (const name of columnsOf(ADDRESS)) form.append("columns", name);
    for (const role of [...PARTS, "name"]) for (const name of columnsOf(role)) form.set(role, name);
    const [lon, lat] = [columnsOf("lon")[0], columnsOf("lat")[0]];
    if (lon && lat) for (const name of [lon, lat]) form.append("coordinates", name);
    return Boolean(lon && lat) || [ADDRESS, ...PARTS].some((role) => columnsOf(role).length > 0);
  }

  /** Each role is given to the first column that looks like it. */
  private guessRoles(header: readonly string[]): string[] {
    const roles = header.map((name) => NAME_PATTERNS.find(([, pattern]) => pattern.test(name.trim()))?.[0] ?? "");
    return roles.map((role, index) =>
      this.roles.includes(role) && roles.indexOf(role) === index ? role : "",
    );
  }

  private createSelect(column: string, role: string): HTMLSelectElement {
    const options = ["", ...this.roles].map((value) =>
      createElement("option", { value }, this.t(`tool.role_${value || "none"}`)),
    );
    const select = createElement("select", { "aria-label": this.t("tool.role", { column }) }, ...options);
    select.value = role;
    select.addEventListener("change", () => {
      if (select.value === ADDRESS) return; // several columns may createElement up an address
      for (const other of this.selects) {
        if (other !== select && other.value === select.value) other.value = "";
      }
    });
    return select;
  }
}

import type { ListPreview } from "./csv";
import { createElement } from "./elements";
import { createScrollTable } from "./table";
import type { Translate } from "../translations";

const ADDRESS = "address";
const CODE = "code";
const DATE = "date";
const PARTS = ["province", "prefecture", "county", "township", "village"] as const;

export const ADDRESS_ROLES: readonly string[] = [ADDRESS, ...PARTS];
export const FACILITY_ROLES: readonly string[] = [...ADDRESS_ROLES, "name", "lon", "lat"];
export const CODE_ROLES: readonly string[] = [CODE, DATE];

/** Roles that several columns may have, and those of which one is needed. */
const REPEATED = [ADDRESS];
const REQUIRED = [ADDRESS, ...PARTS, CODE];

/** A heading as those that the service knows are written: in lower case, without what is added to it. */
function foldHeading(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\([^()]*\)|[^\p{L}\p{N}]+/gu, "");
}

/** The first rows of a list, with a choice of its role above each column. */
export class ColumnMapping {
  private selects: HTMLSelectElement[] = [];
  private header: readonly string[] = [];
  /** For each role the headings by which the service knows it, the likeliest first. */
  private readonly headings = readHeadings();

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
    for (const name of [...columnsOf(ADDRESS), ...columnsOf(CODE)]) form.append("columns", name);
    for (const name of columnsOf(DATE)) form.set("from_column", name);
    for (const role of [...PARTS, "name"]) for (const name of columnsOf(role)) form.set(role, name);
    const [lon, lat] = [columnsOf("lon")[0], columnsOf("lat")[0]];
    if (lon && lat) for (const name of [lon, lat]) form.append("coordinates", name);
    return Boolean(lon && lat) || REQUIRED.some((role) => columnsOf(role).length > 0);
  }

  /** Each role is given to the column with its likeliest heading, as the service does. */
  private guessRoles(header: readonly string[]): string[] {
    const folded = header.map(foldHeading);
    const roles = header.map(() => (header.length === 1 ? (this.roles[0] ?? "") : ""));
    for (const role of header.length === 1 ? [] : this.roles) {
      const heading = this.headings[role]?.find((known) => folded.includes(known));
      if (heading !== undefined) roles[folded.indexOf(heading)] ||= role;
    }
    return roles;
  }

  private createSelect(column: string, role: string): HTMLSelectElement {
    const options = ["", ...this.roles].map((value) =>
      createElement("option", { value }, this.t(`tool.role_${value || "none"}`)),
    );
    const select = createElement("select", { "aria-label": this.t("tool.role", { column }) }, ...options);
    select.value = role;
    select.addEventListener("change", () => {
      if (REPEATED.includes(select.value)) return; // several columns may make up an address
      for (const other of this.selects) {
        if (other !== select && other.value === select.value) other.value = "";
      }
    });
    return select;
  }
}

function readHeadings(): Readonly<Record<string, readonly string[]>> {
  const block = document.getElementById("tool-headings");
  return JSON.parse(block?.textContent ?? "{}") as Readonly<Record<string, readonly string[]>>;
}

import { requireSuccess } from "../tools/requests";
import type { Finding, FindingProperties, GeoJsonObject } from "../validate/results";

/** The properties of a finding on the register. */
export interface RegisterFindingProperties extends FindingProperties {
  readonly units: readonly { readonly code: string | null; readonly name: string | null }[];
  readonly state: "open" | "answered" | "verified";
  readonly answer: "corrected" | "exception" | null;
  readonly expired: boolean;
  readonly blocking: boolean;
  /** The day to come from which on it is there; null if it is there today. */
  readonly begins_on: string | null;
}

export interface RegisterFinding extends Finding {
  readonly properties: RegisterFindingProperties;
}

interface FindingsPage {
  readonly features: readonly RegisterFinding[];
  readonly next: number | null;
}

const PAGE_SIZE = 1000;

/** The state of a finding in one word: that of its response where it has one. */
export function displayedState({ properties }: RegisterFinding): string {
  return properties.expired ? "expired" : (properties.answer ?? properties.state);
}

/** All findings that match a query, page after page. */
export async function fetchFindings(query: URLSearchParams, lang: string): Promise<RegisterFinding[]> {
  const findings: RegisterFinding[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const parameters = new URLSearchParams(query);
    parameters.set("limit", String(PAGE_SIZE));
    parameters.set("after", String(after));
    const page = (await fetchJson(`/v1/findings?${parameters}`, lang)) as FindingsPage;
    findings.push(...page.features.map(withUnitNames));
    after = page.next;
  }
  return findings;
}

/** One finding. */
export async function fetchFinding(id: string, lang: string): Promise<RegisterFinding> {
  return withUnitNames((await fetchJson(`/v1/findings/${id}`, lang)) as RegisterFinding);
}

/** The areas of the units of a finding; those that are not known are left out. */
export async function fetchUnitAreas({ properties }: RegisterFinding, lang: string): Promise<GeoJsonObject[]> {
  const codes = properties.units.flatMap(({ code }) => code ?? []);
  const query = properties.begins_on ? `?at=${properties.begins_on}` : "";
  const areas = await Promise.allSettled(codes.map((code) => fetchJson(`/v1/divisions/${code}/area${query}`, lang)));
  return areas.flatMap((area) => (area.status === "fulfilled" ? [area.value as GeoJsonObject] : []));
}

/** The finding with names and codes of its units as `features`. */
function withUnitNames(finding: RegisterFinding): RegisterFinding {
  const features = finding.properties.units.map(({ code, name }) => [name, code].filter(Boolean).join(" "));
  return { ...finding, properties: { ...finding.properties, features } };
}

async function fetchJson(url: string, lang: string): Promise<unknown> {
  const response = await requireSuccess(await fetch(url, { headers: { "Accept-Language": lang } }));
  return response.json();
}

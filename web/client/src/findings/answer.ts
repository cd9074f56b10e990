import type { Finding, FindingFacts, Shape } from "../validate/answer";
import { accepted } from "../tools/send";

/** Where a finding on the register stands. */
export interface LivingFacts extends FindingFacts {
  readonly units: readonly { readonly code: string | null; readonly name: string | null }[];
  readonly state: "open" | "answered" | "verified";
  readonly answer: "corrected" | "exception" | null;
  readonly expired: boolean;
  readonly blocking: boolean;
}

export interface LivingFinding extends Finding {
  readonly properties: LivingFacts;
}

interface Page {
  readonly features: readonly LivingFinding[];
  readonly next: number | null;
}

const AT_ONCE = 1000;

/** In one word where a finding stands. */
export function stateOf({ properties }: LivingFinding): string {
  return properties.expired ? "expired" : (properties.answer ?? properties.state);
}

/** All findings that fit a query, page after page. */
export async function findings(query: URLSearchParams, lang: string): Promise<LivingFinding[]> {
  const found: LivingFinding[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const asked = new URLSearchParams(query);
    asked.set("limit", String(AT_ONCE));
    asked.set("after", String(after));
    const page = (await told(`/v1/findings?${asked}`, lang)) as Page;
    found.push(...page.features.map(named));
    after = page.next;
  }
  return found;
}

/** One finding. */
export async function finding(id: string, lang: string): Promise<LivingFinding> {
  return named((await told(`/v1/findings/${id}`, lang)) as LivingFinding);
}

/** The borders of the units that a finding is about; those whose area is not known are left out. */
export async function bordersOf({ properties }: LivingFinding, lang: string): Promise<Shape[]> {
  const codes = properties.units.flatMap(({ code }) => code ?? []);
  const areas = await Promise.allSettled(codes.map((code) => told(`/v1/divisions/${code}/area`, lang)));
  return areas.flatMap((area) => (area.status === "fulfilled" ? [area.value as Shape] : []));
}

/** People know a unit by its name. */
function named(told: LivingFinding): LivingFinding {
  const features = told.properties.units.map(({ code, name }) => [name, code].filter(Boolean).join(" "));
  return { ...told, properties: { ...told.properties, features } };
}

async function told(address: string, lang: string): Promise<unknown> {
  const response = await accepted(await fetch(address, { headers: { "Accept-Language": lang } }));
  return response.json();
}

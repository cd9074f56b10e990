/** GeoJSON that is handed on to the map library, which reads it. */
export type Shape = Readonly<Record<string, unknown>>;

export type Severity = "error" | "warning" | "info";

/** Gravest first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** What the service tells of a finding. */
export interface FindingFacts {
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly kind: string;
  readonly title: string;
  readonly message: string;
  readonly features: readonly string[];
  readonly measured: number | null;
  readonly limit: number | null;
  readonly unit: string | null;
  readonly area_m2: number | null;
  /** Where they were asked for. */
  readonly proposals?: readonly Proposal[];
}

/** A vertex that a proposal moves; without `from` it is inserted, without `to` taken out. */
export interface Move {
  readonly feature: string;
  readonly from: readonly [number, number] | null;
  readonly to: readonly [number, number] | null;
  readonly distance_m: number;
}

/** What could be done about a finding. */
export interface Proposal {
  readonly way: string;
  readonly feature: string | null;
  readonly message: string;
  readonly moves: readonly Move[];
}

export interface Finding {
  readonly type: "Feature";
  readonly id: string;
  readonly geometry: Shape | null;
  readonly properties: FindingFacts;
}

/** Ground left open: wider than what counts as a gap. */
export interface OpenHole {
  readonly features: readonly string[];
  readonly width_m: number;
  readonly area_m2: number;
  readonly geometry: Shape;
}

export interface Summary {
  readonly source: string;
  readonly crs: string;
  readonly features: number;
  readonly vertices: number;
  readonly findings: {
    readonly total: number;
    readonly by_severity: Readonly<Record<Severity, number>>;
    readonly by_rule: Readonly<Record<string, number>>;
  };
  readonly tolerances: Readonly<Record<string, number>>;
  readonly remarks: readonly { readonly rule: string; readonly message: string }[];
  readonly open_holes: readonly OpenHole[];
}

/** The answer of `/v1/validate`, asked with outlines. */
export interface Answer {
  readonly type: "FeatureCollection";
  readonly summary: Summary;
  readonly features: readonly Finding[];
  readonly outlines?: {
    readonly coarse: Shape;
    readonly exact: Shape;
  };
}

/** A place to look at: that of a finding or an open hole, by its id on this page. */
export interface Place {
  readonly id: string;
  readonly kind: Severity | "open";
  readonly geometry: Shape;
  readonly label: string;
}

/** What a plan shows: places, over the outlines of a layer or over the register itself. */
export interface Picture {
  readonly isPlanar: boolean;
  readonly places: readonly Place[];
  readonly outlines?: Answer["outlines"];
}

/** What a plan shows of an answer. */
export function pictureOf(answer: Answer): Picture {
  const holes = answer.summary.open_holes.map((hole, index) => ({
    id: holeId(index),
    kind: "open" as const,
    geometry: hole.geometry,
    label: hole.features.join(", "),
  }));
  const isPlanar = answer.summary.crs === "planar";
  return { isPlanar, places: [...holes, ...placesOf(answer.features)], outlines: answer.outlines };
}

/** The places of findings, of those that have one. */
export function placesOf(findings: readonly Finding[]): Place[] {
  return findings.flatMap(({ id, geometry, properties }) =>
    geometry ? [{ id, kind: properties.severity, geometry, label: properties.message }] : [],
  );
}

/** What an open hole is called on this page. */
export function holeId(index: number): string {
  return `hole-${index}`;
}

/** A place as a feature for the map. */
export function asFeature(place: Place): Shape {
  const properties = { kind: place.kind, label: place.label };
  return { type: "Feature", id: place.id, geometry: place.geometry, properties };
}

const PROPOSABLE: ReadonlySet<string> = new Set(["TOP-COV-01", "TOP-COV-02", "TOP-COV-03", "TOP-COV-04"]);

/** Whether anything can be proposed for findings of the rule of this one. */
export function isOpenToProposals({ geometry, properties }: Finding): boolean {
  return PROPOSABLE.has(properties.rule) && geometry !== null;
}

/** GeoJSON that is passed on to the map library, which reads it. */
export type GeoJsonObject = Readonly<Record<string, unknown>>;

export type Severity = "error" | "warning" | "info";

/** Gravest first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** The properties of a finding, as the service returns them. */
export interface FindingProperties {
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
  /** Present where they were requested. */
  readonly proposals?: readonly Proposal[];
}

/** A vertex that a proposal moves; without `from` it is inserted, without `to` removed. */
export interface VertexMove {
  readonly feature: string;
  readonly from: readonly [number, number] | null;
  readonly to: readonly [number, number] | null;
  readonly distance_m: number;
}

/** A possible repair of a finding. */
export interface Proposal {
  readonly way: string;
  readonly feature: string | null;
  readonly message: string;
  readonly moves: readonly VertexMove[];
}

export interface Finding {
  readonly type: "Feature";
  readonly id: string;
  readonly geometry: GeoJsonObject | null;
  readonly properties: FindingProperties;
}

/** A hole that is not treated as a gap, because it is wider than the limit. */
export interface OpenHole {
  readonly features: readonly string[];
  readonly width_m: number;
  readonly area_m2: number;
  readonly geometry: GeoJsonObject;
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

/** The response of `/v1/validate` with outlines. */
export interface ValidationResult {
  readonly type: "FeatureCollection";
  readonly summary: Summary;
  readonly features: readonly Finding[];
  readonly outlines?: {
    readonly coarse: GeoJsonObject;
    readonly exact: GeoJsonObject;
  };
}

/** The location of a finding or an open hole, by its id on the page. */
export interface MapLocation {
  readonly id: string;
  readonly kind: Severity | "open";
  readonly geometry: GeoJsonObject;
  readonly label: string;
}

/** The content of a map of findings: locations, over the outlines of a layer or the register. */
export interface MapData {
  readonly isPlanar: boolean;
  readonly locations: readonly MapLocation[];
  readonly outlines?: ValidationResult["outlines"];
}

/** The content of the map for the validation of a layer. */
export function toMapData(result: ValidationResult): MapData {
  const holes = result.summary.open_holes.map((hole, index) => ({
    id: holeId(index),
    kind: "open" as const,
    geometry: hole.geometry,
    label: hole.features.join(", "),
  }));
  const isPlanar = result.summary.crs === "planar";
  return { isPlanar, locations: [...holes, ...toLocations(result.features)], outlines: result.outlines };
}

/** The locations of the findings that have one. */
export function toLocations(findings: readonly Finding[]): MapLocation[] {
  return findings.flatMap(({ id, geometry, properties }) =>
    geometry ? [{ id, kind: properties.severity, geometry, label: properties.message }] : [],
  );
}

/** The id of an open hole on the page. */
export function holeId(index: number): string {
  return `hole-${index}`;
}

/** A location as a GeoJSON feature. */
export function toFeature(location: MapLocation): GeoJsonObject {
  const properties = { kind: location.kind, label: location.label };
  return { type: "Feature", id: location.id, geometry: location.geometry, properties };
}

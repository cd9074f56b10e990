import type { ResultRow } from "./result-rows";

/** One of the units or places that an address may mean. */
export interface AddressCandidate {
  readonly id: string;
  readonly code: string;
  readonly label: string;
}

/** An ambiguous address, and the rows that have it: they are decided together. */
export interface AmbiguousAddress {
  readonly address: string;
  readonly rows: readonly number[];
  readonly candidates: readonly AddressCandidate[];
}

/** The ambiguous addresses of a result, in the order of the list. Rows are counted from 1. */
export function listAmbiguous(rows: readonly ResultRow[], columns: readonly string[]): AmbiguousAddress[] {
  const found = new Map<string, AmbiguousAddress & { readonly rows: number[] }>();
  for (const [index, cell] of rows.entries()) {
    if (cell("result_status") !== "ambiguous") continue;
    const address = columns.map(cell).join(" ").trim();
    const key = JSON.stringify(columns.map(cell));
    const known = found.get(key);
    if (known) known.rows.push(index + 1);
    else found.set(key, { address, rows: [index + 1], candidates: readCandidates(cell) });
  }
  return [...found.values()];
}

function readCandidates(cell: ResultRow): AddressCandidate[] {
  const ids = cell("result_candidate_ids").split(";");
  return cell("result_candidates")
    .split(";")
    .map((text, index) => {
      const [code = "", ...label] = text.split(" ");
      return { id: ids[index] ?? code, code, label: label.join(" ") };
    });
}

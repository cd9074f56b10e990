import { parseCsv } from "./csv";

/** A row of the result by column name; a column that is missing is empty. */
export type ResultRow = (column: string) => string;

/** The rows of a result in CSV, as the headers of the response describe it. */
export function parseResult(bytes: Uint8Array<ArrayBuffer>, headers: Headers): ResultRow[] {
  const encoding = headers.get("X-Gazetteer-Encoding") ?? "utf-8";
  const text = new TextDecoder(encoding.startsWith("utf") ? "utf-8" : encoding).decode(bytes);
  const delimiter = headers.get("X-Gazetteer-Delimiter") ?? ",";
  const [header = [], ...rows] = parseCsv(text, delimiter === "tab" ? "\t" : delimiter);
  const positions = new Map(header.map((name, index) => [name, index]));
  return rows.map((row) => (column) => row[positions.get(column) ?? -1] ?? "");
}

/** The columns of the list that the service took. */
export function readUsedColumns(headers: Headers): string[] {
  return (headers.get("X-Gazetteer-Columns") ?? "").split(",").map(decodeURIComponent);
}

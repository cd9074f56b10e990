/** The encoding, delimiter, column names and first rows of a list. */
export interface ListPreview {
  readonly encoding: string;
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const READ_BYTES = 64 * 1024;
const PREVIEW_ROWS = 5;
const DELIMITERS = [",", ";", "\t"] as const;

/** Read the first rows of a file; null where no column names can be read. */
export async function readListPreview(file: Blob): Promise<ListPreview | null> {
  const bytes = new Uint8Array(await file.slice(0, READ_BYTES).arrayBuffer());
  const decoded = decode(bytes, file.size > READ_BYTES);
  if (!decoded) return null;
  const [line = ""] = decoded.text.split(/\r?\n/, 1);
  const delimiter = DELIMITERS.reduce((best, next) =>
    line.split(next).length > line.split(best).length ? next : best,
  );
  const [header, ...rows] = parseCsv(decoded.text, delimiter, PREVIEW_ROWS + 1);
  if (!header?.some(Boolean)) return null;
  return { encoding: decoded.encoding, delimiter, header, rows };
}

/** UTF-8 where it is valid, else GB18030; the last character may be cut off. */
function decode(bytes: Uint8Array, isCut: boolean): { text: string; encoding: string } | null {
  for (const encoding of ["utf-8", "gb18030"]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: isCut });
      if (text.includes("\0")) return null;
      return { text, encoding: encoding.toUpperCase() };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return null;
}

/** The rows of a CSV text (RFC 4180), at most `limit` of them; empty lines are no rows. */
export function parseCsv(text: string, delimiter: string, limit = Infinity): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || cell) rows.push(row);
    row = [];
    cell = "";
  };
  for (let position = 0; position < text.length && rows.length < limit; position++) {
    const char = text.charAt(position);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[position + 1] === '"') cell += text.charAt(++position);
      else isQuoted = false;
    } else if (char === '"' && !cell) isQuoted = true;
    else if (char === delimiter) {
      row.push(cell);
      cell = "";
    } else if (char === "\n") endRow();
    else if (char !== "\r") cell += char;
  }
  if (rows.length < limit && (row.length > 0 || cell)) endRow();
  return rows;
}

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

/** Whether a file is a spreadsheet, which only the service can read. */
export async function isSpreadsheet(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return String.fromCharCode(...bytes) === "PK\u0003\u0004";
}

/** UTF-16 with its mark, UTF-8 where it is valid, else Big5 or GB18030; the last character may be cut off. */
function decode(bytes: Uint8Array, isCut: boolean): { text: string; encoding: string } | null {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0);
  const others = isProbablyBig5(bytes) ? ["big5", "gb18030"] : ["gb18030"];
  const encodings = mark === 0xfffe ? ["utf-16le"] : mark === 0xfeff ? ["utf-16be"] : ["utf-8", ...others];
  for (const encoding of encodings) {
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

/** As the service guesses: second bytes below 0x7F are common in Big5, and rare in GB18030. */
function isProbablyBig5(bytes: Uint8Array): boolean {
  let [pairs, low] = [0, 0];
  for (let position = 0; position < bytes.length - 1; position++) {
    const [first = 0, second = 0] = bytes.subarray(position, position + 2);
    if (first < 0x80) continue;
    const isLow = second >= 0x40 && second < 0x7f;
    if (first < 0xa1 || (!isLow && second < 0xa1)) return false;
    pairs += 1;
    low += isLow ? 1 : 0;
    position += 1;
  }
  return pairs >= 4 && low >= 0.15 * pairs;
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

/** Choices about rows: the first row of an address, and the id of what was chosen. */
export type Decisions = Map<number, string>;

const PREFIX = "decisions:";

/**
 * Keeps decisions about a list in the browser, so that a reload loses none: once the same file is
 * chosen again they are there. Neither addresses nor names are stored.
 */
export class DecisionStore {
  private constructor(private readonly key: string) {}

  /** The store for a file, by a hash of its content. */
  static async open(file: Blob): Promise<DecisionStore> {
    return new DecisionStore(PREFIX + hashBytes(new Uint8Array(await file.arrayBuffer())));
  }

  read(): Decisions {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return new Map(Array.isArray(stored) ? (stored as [number, string][]) : []);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof DOMException) return new Map();
      throw error;
    }
  }

  write(decisions: Decisions): void {
    try {
      if (decisions.size > 0) localStorage.setItem(this.key, JSON.stringify([...decisions]));
      else localStorage.removeItem(this.key);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // storage is full or forbidden: they last as long as the page
    }
  }
}

/** FNV-1a twice with different starts; the browser's own digests need a secure context. */
function hashBytes(bytes: Uint8Array): string {
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two ^ byte, 0x85ebca6b);
  }
  return [one, two, bytes.length].map((part) => (part >>> 0).toString(16)).join("-");
}

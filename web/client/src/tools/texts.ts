/** What the script says on a tool's page, in the language of the page; `{name}` stands for a value. */
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** Read the texts that the page carries. */
export function readTexts(): Say {
  const block = document.getElementById("tool-texts");
  const texts = JSON.parse(block?.textContent ?? "{}") as Readonly<Record<string, string>>;
  return (key, values = {}) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`the page has no text ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}

/** A number with its thousands apart. */
export function counted(value: number): string {
  return value.toLocaleString("en");
}

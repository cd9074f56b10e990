/** A text of the message catalogues; in several forms where the number `n` decides. */
export type Template = string | readonly string[];

type Values = Readonly<Record<string, string | number>>;

/** Words a message in the language of the page; `{name}` in its template is replaced by a value. */
export type Translate = (id: string, values?: Values) => string;

const PLURAL_ORDER: readonly Intl.LDMLPluralRule[] = ["zero", "one", "two", "few", "many", "other"];

/** Read the texts that the page carries for its script. */
export function readTranslations(): Translate {
  const block = document.getElementById("tool-texts");
  const templates = JSON.parse(block?.textContent ?? "{}") as Readonly<Record<string, Template>>;
  return (id, values = {}) => {
    const template = templates[id];
    if (template === undefined) throw new Error(`the page has no text ${id}`);
    return fillTemplate(template, values);
  };
}

/** Fill values into a template, in the plural form that goes with the value `n`. */
export function fillTemplate(template: Template, values: Values = {}): string {
  const form = typeof template === "string" ? template : selectForm(template, values["n"]);
  return form.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name] ?? placeholder;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

/** A number with separators between the thousands. */
export function formatNumber(value: number): string {
  return value.toLocaleString("en");
}

/** The form for a number: catalogues list them in the order of the plural categories. */
function selectForm(forms: readonly string[], n: string | number | undefined): string {
  const last = forms.at(-1) ?? "";
  if (typeof n !== "number") return last;
  const rules = new Intl.PluralRules(document.documentElement.lang);
  const categories = new Set(rules.resolvedOptions().pluralCategories);
  const position = PLURAL_ORDER.filter((category) => categories.has(category)).indexOf(rules.select(n));
  return forms[position] ?? last;
}

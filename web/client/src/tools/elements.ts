type Children = readonly (Node | string)[];
type Attributes = Readonly<Record<string, string>>;

/** An element with its attributes and content; text is never read as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An element of the tool's page that the templates promise. */
export function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

/** A second line in a cell, smaller than the first. */
export function under(...children: Children): HTMLElement {
  return make("span", { class: "sub table__under" }, ...children);
}

/** A link that saves what was received, byte for byte. */
export function saveLink(text: string, content: Blob, name: string): HTMLAnchorElement {
  return make("a", { class: "button", href: URL.createObjectURL(content), download: name }, text);
}

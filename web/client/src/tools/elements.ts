type Children = readonly (Node | string)[];
type Attributes = Readonly<Record<string, string>>;

/** An element with its attributes and content; text is never read as HTML. */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An element of the tool's page that the templates promise. */
export function findElement<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no #${id}`);
  return element;
}

/** A second line in a cell, smaller than the first. */
export function createSecondLine(...children: Children): HTMLElement {
  return createElement("span", { class: "sub table__under" }, ...children);
}

/** A link that saves received content, byte for byte. */
export function createSaveLink(text: string, content: Blob, name: string): HTMLAnchorElement {
  return createElement("a", { class: "button", href: URL.createObjectURL(content), download: name }, text);
}

/* Elements from code: text is only ever text, never HTML; styles are set by class. */

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/**
 * Make an element. Attributes: `on…` functions are listeners; true is an empty attribute; null, undefined
 * and false are left out. Children: strings become text nodes; null, undefined and false are left out.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children)
    if (child !== null && child !== undefined && child !== false)
      parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
}

/** Replace whatever an element holds. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.textContent = "";
  append(parent, children);
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** The element of this id, made inside `parent` where the page has none. */
export function ensure<K extends keyof HTMLElementTagNameMap>(
  id: string,
  tag: K,
  parent: Element,
  attributes: Attributes = {},
): HTMLElementTagNameMap[K] {
  const there = document.getElementById(id);
  if (there) return there as HTMLElementTagNameMap[K];
  const made = h(tag, { id, ...attributes });
  parent.appendChild(made);
  return made;
}

export function prefersDark(): boolean {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function prefersStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** An element of the statement's own namespace: what is read of XML, and no more. */
export interface Element {
  /** Without a prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** The first at the end of a path of names; undefined when there is none. */
export function child(element: Element | undefined, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => at?.children.find((next) => next.name === name), element);
}

/** All at the end of a path of names. */
export function children(element: Element, ...path: readonly string[]): Element[] {
  return path.reduce<Element[]>(
    (at, name) => {
      return at.flatMap((each) => each.children.filter((next) => next.name === name));
    },
    [element],
  );
}

/** The text at the end of a path, trimmed; null when it is not there or empty. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | null {
  return child(element, ...path)?.text.trim() || null;
}

import { stringEnd } from './inspect-text.ts';

/**
 * Reads JSON whose member names hold escapes. JSON.parse of V8 14 (Node 26) can misread such a name: once it has seen
 * an object with a backslash in a name, it compares that remembered name with the text before decoding it, and answers
 * `\` for the name `"` (https://github.com/nodejs/node/issues/63785). What one body says would then depend on the
 * bodies before it, and a duplicate could become a conflict. Only names are affected, so strings and numbers are still
 * given to JSON.parse, one at a time.
 *
 * The text is known to be JSON, and its depth is bounded.
 */
export function parseEscapedNames(text: string): unknown {
  return new Reader(text).value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === '{') return this.#object();
    if (char === '[') return this.#array();
    return this.#primitive();
  }

  #object(): object {
    const members: [name: string, value: unknown][] = [];
    this.#each('}', () => {
      this.#skipSpace();
      const name = String(this.#primitive());
      this.#skipSpace();
      this.#at += 1; // the colon
      members.push([name, this.value()]);
    });
    // fromEntries defines each member as its own, `__proto__` too, and the last of two wins, as with JSON.parse.
    return Object.fromEntries(members);
  }

  #array(): unknown[] {
    const items: unknown[] = [];
    this.#each(']', () => items.push(this.value()));
    return items;
  }

  /** Reads what stands between brackets, commas apart, and the closing bracket. */
  #each(close: string, read: () => void): void {
    this.#at += 1;
    this.#skipSpace();
    while (this.#text[this.#at] !== close) {
      read();
      this.#skipSpace();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  #primitive(): unknown {
    const start = this.#at;
    this.#at = this.#text[start] === '"' ? stringEnd(this.#text, start) : this.#endOfWord(start);
    return JSON.parse(this.#text.slice(start, this.#at));
  }

  #endOfWord(start: number): number {
    let end = start;
    while (end < this.#text.length && !/[\s,\]}]/.test(this.#text[end] ?? '')) end += 1;
    return end;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}

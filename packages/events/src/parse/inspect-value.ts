import type { RejectionCode } from './rejection.ts';

/** The first thing in a parsed value that PostgreSQL's jsonb or an object in memory can't hold faithfully. */
export interface ValueProblem {
  readonly code: RejectionCode;
  readonly path: readonly (string | number)[];
}

const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Walks a parsed value: counts its members, and looks at keys, and at strings too when the text had escapes (a body
 * without a backslash holds no NUL and no lone surrogate, since the whole text was checked). Recursion is safe because
 * the depth of the text is bounded first.
 */
export class ValueInspection {
  members = 0;
  problem: ValueProblem | null = null;
  readonly #hasEscapes: boolean;
  readonly #path: (string | number)[] = [];

  constructor(hasEscapes: boolean) {
    this.#hasEscapes = hasEscapes;
  }

  visit(value: unknown): void {
    if (typeof value === 'string') {
      if (this.#hasEscapes) this.#visitText(value);
    } else if (Array.isArray(value)) {
      for (let index = 0; index < value.length && this.problem === null; index += 1) this.#enter(index, value[index]);
    } else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) {
        this.members += 1;
        if (PROTOTYPE_KEYS.has(key)) this.#report('prototype_key', key);
        else if (this.#hasEscapes) this.#visitKey(key);
        if (this.problem !== null) return;
        this.#enter(key, (value as Record<string, unknown>)[key]);
      }
    }
  }

  #enter(step: string | number, value: unknown): void {
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return;
    if (typeof value === 'string' && !this.#hasEscapes) return;
    this.#path.push(step);
    this.visit(value);
    this.#path.pop();
  }

  #visitKey(key: string): void {
    this.#path.push(key);
    this.#visitText(key);
    this.#path.pop();
  }

  #visitText(text: string): void {
    if (this.problem !== null) return;
    if (text.includes('\0')) this.#report('nul_character');
    else if (!text.isWellFormed()) this.#report('lone_surrogate');
  }

  #report(code: RejectionCode, key?: string): void {
    this.problem = { code, path: key === undefined ? [...this.#path] : [...this.#path, key] };
  }
}

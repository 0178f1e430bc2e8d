/** One thing that was looked at after a run. */
export interface Check {
  readonly name: string;
  /** What was found, in words and figures, whether right or wrong. */
  readonly found: string;
  readonly isRight: boolean;
  /** The first few places where it is wrong. */
  readonly wrong: readonly string[];
}

const NAMED_MAX = 5;

/** Collects what is wrong: all is counted, a few are named. */
export class Wrongs {
  count = 0;
  readonly named: string[] = [];

  add(what: string): void {
    this.count += 1;
    if (this.named.length < NAMED_MAX) this.named.push(what);
  }

  check(name: string, found: string): Check {
    const more = this.count - this.named.length;
    const wrong = more > 0 ? [...this.named, `and ${more} more`] : this.named;
    return { name, found, isRight: this.count === 0, wrong };
  }
}

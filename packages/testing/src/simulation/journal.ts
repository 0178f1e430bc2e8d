/**
 * What happened in a history: a hash over everything, which two runs of one seed must share; the lines themselves when
 * they are asked for; and how often something rare was seen.
 */
export interface Journal {
  note(actor: string, what: string): void;
  /** Counts something that a history should meet sometimes: a test asserts that it was met at all. */
  sometimes(rarity: string): void;
  /** 16 hexadecimal digits. */
  hash(): string;
  lines(): readonly string[];
  seen(): ReadonlyMap<string, number>;
}

export interface JournalOptions {
  readonly nowMs: () => number;
  readonly keepsLines: boolean;
}

/** FNV-1a with 32 bits, twice with different starts: no cryptography, only the same or not the same. */
const PRIME = 0x01000193;

export function createJournal({ nowMs, keepsLines }: JournalOptions): Journal {
  const lines: string[] = [];
  const seen = new Map<string, number>();
  let one = 0x811c9dc5;
  let other = 0x9dc5811c;

  function mix(text: string): void {
    for (let i = 0; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      one = Math.imul(one ^ unit, PRIME);
      other = Math.imul(other ^ (unit + i), PRIME);
    }
  }

  return {
    note(actor, what) {
      const line = `${formatTime(nowMs())}  ${actor.padEnd(14)} ${what}`;
      mix(line);
      if (keepsLines) lines.push(line);
    },
    sometimes(rarity) {
      seen.set(rarity, (seen.get(rarity) ?? 0) + 1);
      mix(rarity);
    },
    hash: () => hex(one) + hex(other),
    lines: () => lines,
    seen: () => seen,
  };
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

/** Minutes, seconds and microseconds since the history began. */
function formatTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${String(minutes).padStart(3)}:${((ms % 60_000) / 1_000).toFixed(6).padStart(9, '0')}`;
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ACTIONS, INPUTS, STATES, type State, transition } from './transitions.ts';

/** The table of SPEC.md: `input/state` → cell as written. */
function readSpec(): Map<string, string> {
  const text = readFileSync(new URL('SPEC.md', import.meta.url), 'utf8');
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map(cells);
  const header = rows.findIndex(([first]) => first === 'input');
  const [, ...states] = rows[header] ?? [];
  const spec = new Map<string, string>();
  for (const [input = '', ...columns] of rows.slice(header + 2)) {
    for (const [index, cell] of columns.entries()) spec.set(`${input.replaceAll('`', '')}/${states[index]}`, cell);
  }
  return spec;
}

function write(state: State, { to, action }: ReturnType<typeof transition>): string {
  if (to === state) return action === 'ignore' ? '–' : action;
  return `${action} → ${to}`;
}

describe('transition', () => {
  test('is the table of SPEC.md, cell for cell', () => {
    const code = STATES.flatMap((state) =>
      INPUTS.map((input): [string, string] => [`${input}/${state}`, write(state, transition(state, input))]),
    );
    expect(new Map(code)).toEqual(readSpec());
  });

  test('uses every action', () => {
    const used = new Set(STATES.flatMap((state) => INPUTS.map((input) => transition(state, input).action)));
    expect([...used].sort()).toEqual([...ACTIONS].sort());
  });

  test('closes on whatever ends a socket, and stays closed', () => {
    for (const input of ['pong_timeout', 'session_ended', 'refused', 'drain', 'gone'] as const) {
      for (const state of STATES) expect(transition(state, input).to).toBe('closed');
    }
    for (const input of INPUTS) expect(transition('closed', input).to).toBe('closed');
  });
});

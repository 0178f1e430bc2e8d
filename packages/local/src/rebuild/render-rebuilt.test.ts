import type { Comparison, Generation, Rebuilt } from '@northwind/projector';
import { expect, test } from 'vitest';
import { renderRebuilt } from './render-rebuilt.ts';

const candidate: Generation = {
  generation: 2,
  status: 'building',
  epoch: 'e2',
  consumerGroup: 'read_2',
  schema: 'read_g2',
  models: [],
};

function rebuilt(isEqual: boolean): Rebuilt {
  const comparison: Comparison = {
    active: { generation: 1, hash: 'aa' },
    candidate: { generation: 2, hash: isEqual ? 'aa' : 'bb' },
    offsets: new Map([[0, 3n]]),
    isEqual,
    tables: [],
    money: [],
    onlyInActive: [],
    onlyInCandidate: [],
    merchantsDiffering: isEqual ? 0 : 1,
    differences: [],
  };
  return { candidate, comparison };
}

const lastLine = (lines: readonly string[]) => lines.at(-1);

test('an equal generation that nobody promoted stands by', () => {
  const lines = renderRebuilt({ rebuilt: rebuilt(true), promoted: null, isPromotionWanted: false });
  expect(lastLine(lines)).toBe('generation 2 stands by; settle rebuild --promote lets it take over');
});

test('one that took over names the way back', () => {
  const lines = renderRebuilt({ rebuilt: rebuilt(true), promoted: candidate, isPromotionWanted: true });
  expect(lastLine(lines)).toBe('generation 2 is active; settle rebuild --rollback goes back to 1 at once');
});

test('one that differs is told refused only where it was to take over', () => {
  const refusal = 'not promoted: the generations differ';
  const wanted = renderRebuilt({ rebuilt: rebuilt(false), promoted: null, isPromotionWanted: true });
  const shown = renderRebuilt({ rebuilt: rebuilt(false), promoted: null, isPromotionWanted: false });
  expect(wanted).toContain(refusal);
  expect(shown).not.toContain(refusal);
  expect([lastLine(wanted), lastLine(shown)]).toEqual(Array(2).fill('settle rebuild --drop 2   takes it away'));
});

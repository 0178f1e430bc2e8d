import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { createRebuildProgress } from './rebuild-progress.ts';

function record() {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  return { said, terminal: { out: say, err: say, isInteractive: false, color: createColors(false) } };
}

test('each step is told once, however many indexes there are', () => {
  const { said, terminal } = record();
  const progress = createRebuildProgress(terminal);
  progress.onStep({ step: 'filling', generation: 2, isNew: true, events: 1_200_000n });
  progress.onApplied(1_200_000);
  for (const left of [2, 1, 0]) progress.onStep({ step: 'indexing', generation: 2, left });
  progress.onApplied(40);
  progress.onStep({ step: 'comparing', generation: 2 });
  progress.stop();
  expect(said).toEqual([
    'generation 2 is made: 1,200,000 events to apply',
    'generation 2 gets its indexes',
    'generation 2 is compared',
  ]);
});

test('one that was begun goes on', () => {
  const { said, terminal } = record();
  createRebuildProgress(terminal).onStep({ step: 'filling', generation: 3, isNew: false, events: 7n });
  expect(said).toEqual(['generation 3 goes on: 7 events left to apply']);
});

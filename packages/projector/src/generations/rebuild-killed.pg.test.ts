import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@northwind/service-kit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { dumpGeneration, openProjection } from '../../test/open-projection.ts';

const PROGRAM = fileURLToPath(new URL('../../test/run-rebuild.ts', import.meta.url));
const KILLS = 20;

/** Where a run is killed: some milliseconds after it said that. */
interface Strike {
  readonly at: 'filling' | 'indexing' | 'comparing';
  readonly afterMs: number;
}

/** So slow that the first strikes all fall while it fills. */
const SLOW_RATE = 1_000;

/** The first twelve while it fills, the next five while it makes indexes, the last while it compares. */
const strike = (kill: number): fc.Arbitrary<Strike> => {
  if (kill < 12) return fc.record({ at: fc.constant('filling' as const), afterMs: fc.nat(300) });
  if (kill < 17) return fc.record({ at: fc.constant('indexing' as const), afterMs: fc.nat(10) });
  return fc.record({ at: fc.constant('comparing' as const), afterMs: fc.nat(15) });
};

test('killed with -9 at twenty random points, a rebuild goes on and ends equal', async () => {
  await using projection = await openProjection();
  const [events = []] = fc.sample(arbitraryEvents({ minLength: 6_000, maxLength: 6_000 }), { numRuns: 1, seed: 23 });
  await projection.append(events);
  await projection.startProjector();
  await projection.caughtUp();
  const struck: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [where] = fc.sample(strike(kill), 1);
    if (where !== undefined) struck.push(await runAndStrike(projection.url, where));
  }
  expect(struck.filter((end) => end === 'killed').length).toBeGreaterThanOrEqual(KILLS - 3);
  expect(await runAndStrike(projection.url, null)).toBe('equal');
  expect(await dumpGeneration(projection.db, 'read_g2')).toEqual(await dumpGeneration(projection.db, 'read_g1'));
}, 240_000);

/** What it said last, or that it was killed. A run that gets past the place, or ends before, is killed where it is. */
async function runAndStrike(url: string, where: Strike | null): Promise<string> {
  const rate = where?.at === 'filling' ? [String(SLOW_RATE)] : [];
  const program = ['--conditions=source', PROGRAM, url, ...rate];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = '';
  const kill = async (afterMs: number) => {
    await systemClock.sleep(afterMs);
    child.kill('SIGKILL');
  };
  const ended = new Promise<boolean>((resolve) => child.once('exit', (_, signal) => resolve(signal === 'SIGKILL')));
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    if (where !== null && line.startsWith(where.at)) void kill(where.afterMs);
  }
  return (await ended) ? 'killed' : last;
}

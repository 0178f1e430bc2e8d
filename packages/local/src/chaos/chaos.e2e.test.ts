import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { runSettle } from '../../test/run-settle.ts';
import type { ChaosReport } from './chaos-report.ts';

test('every process killed in turn and PostgreSQL stopped in the middle: nothing lost, nothing doubled', async () => {
  const small = ['--events', '3000', '--seed', 'e2e', '--kill-every', '1000', '--postgres-stops', '2', '--json'];
  const { exitCode, out, err } = await runSettle('chaos', ...small);
  const report = JSON.parse(out || `{"err":${JSON.stringify(err)}}`) as ChaosReport;
  expect(report.checks.filter(({ isRight }) => !isRight)).toEqual([]);
  expect({ exitCode, passed: report.passed, stops: report.postgresStops }).toEqual({
    exitCode: 0,
    passed: true,
    stops: 2,
  });
  expect(report.intake.appended).toBe(3_000);
  expect(report.processes.map(({ name }) => name).toSorted()).toEqual([
    'consumer-1',
    'consumer-2',
    'projector-1',
    'projector-2',
    'sealer-1',
    'writer-1',
    'writer-2',
    'writer-3',
  ]);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('settle-chaos-'));
  expect(left).toEqual([]);
});

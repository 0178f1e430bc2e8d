import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { createProcessKiller } from './kill-processes.ts';

const start = () => spawn(process.execPath, ['-e', 'setInterval(() => process.stdout.write("."), 5)']);

test('kills the one it is told, and at the end what is left', async () => {
  const [first, second] = [start(), start()];
  {
    using killer = createProcessKiller();
    killer.add('first', first);
    killer.add('second', second);
    await killer.kill('first');
    await killer.kill('first'); // twice is no harm
    expect([first.signalCode, second.signalCode]).toEqual(['SIGKILL', null]);
    expect(() => killer.pause('first')).toThrow('does not run any more');
    expect(() => killer.pause('third')).toThrow('no process called third was given');
  }
  await once(second, 'exit');
  expect(second.signalCode).toBe('SIGKILL');
});

test.runIf(process.platform === 'linux')('a paused process is there and does nothing until it is resumed', async () => {
  using killer = createProcessKiller();
  const child = start();
  killer.add('child', child);
  const stateOf = () => readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]?.[0];
  await once(child.stdout, 'data');
  killer.pause('child');
  await eventually(() => expect(stateOf()).toBe('T'));
  killer.resume('child');
  await eventually(() => expect(stateOf()).not.toBe('T'));
  await once(child.stdout, 'data');
});

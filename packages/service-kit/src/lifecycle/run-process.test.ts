import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { StartupError } from '../startup-error.ts';
import { createService } from './create-service.ts';
import { type ProcessHost, runProcess } from './run-process.ts';
import type { Service } from './service.ts';

describe('a process that is told to stop', () => {
  test('stops its service and exits with 0', async () => {
    const host = fakeHost();
    const calls: string[] = [];
    const running = runProcess({
      name: 'shop',
      main: async () => recorded(calls),
      host,
      onStarted: () => calls.push('!'),
    });
    await turn();
    host.signal('SIGTERM');
    await running;
    expect(calls).toEqual(['start', '!', 'stop']);
    expect(host.exits).toEqual([0]);
    expect(host.printed).toEqual([]);
  });

  test('while it starts: gives up the start and exits with 0', async () => {
    const host = fakeHost();
    const service = createService({
      name: 'slow',
      start: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      stop: async () => undefined,
    });
    const running = runProcess({ name: 'shop', main: async () => service, host });
    await turn();
    host.signal('SIGINT');
    await running;
    expect(host.exits).toEqual([0]);
  });

  test('before its service is built: never starts it', async () => {
    const host = fakeHost();
    const calls: string[] = [];
    const built = Promise.withResolvers<Service>();
    const running = runProcess({ name: 'shop', main: () => built.promise, host });
    host.signal('SIGTERM');
    built.resolve(recorded(calls));
    await running;
    expect(calls).toEqual([]);
    expect(host.exits).toEqual([0]);
  });
});

describe('a process whose service does not stop', () => {
  const stuck = createService({
    name: 'stuck',
    start: async () => undefined,
    stop: () => new Promise(() => undefined),
  });

  test('a second signal forces it, but not one that belongs to the first', async () => {
    const host = fakeHost();
    let nowMs = 5_000;
    void runProcess({ name: 'shop', main: async () => stuck, host, clock: { monotonicMs: () => nowMs } });
    await turn();
    host.signal('SIGINT');
    nowMs += 999;
    host.signal('SIGTERM');
    await turn();
    expect(host.exits).toEqual([]);
    nowMs += 1;
    host.signal('SIGINT');
    expect(host.exits).toEqual([1]);
    expect(host.printed).toEqual(['shop: second SIGINT, ending at once']);
  });

  test('the deadline ends it with 1', async () => {
    const host = fakeHost();
    void runProcess({ name: 'shop', main: async () => stuck, host, stopTimeoutMs: 250 });
    await turn();
    host.signal('SIGTERM');
    await turn();
    expect(host.timers.map(({ ms }) => ms)).toEqual([250]);
    host.timers[0]?.listener();
    expect(host.exits).toEqual([1]);
    expect(host.printed).toEqual(['shop: still not stopped after 250 ms, ending anyway']);
  });

  test('a stop that fails says why and exits with 1', async () => {
    const host = fakeHost();
    const failing = createService({
      name: 'failing',
      start: async () => undefined,
      stop: () => Promise.reject(new Error('stuck in the door')),
    });
    const running = runProcess({ name: 'shop', main: async () => failing, host });
    await turn();
    host.signal('SIGTERM');
    await running;
    expect(host.exits).toEqual([1]);
    expect(host.printed[0]).toContain('stuck in the door');
  });
});

describe('a process that cannot start', () => {
  test('with a wrong configuration exits with 2 and lists the problems', async () => {
    const host = fakeHost();
    const error = new ConfigError([{ variable: 'PORT', problem: 'is not a number', hint: null }]);
    await runProcess({ name: 'shop', main: () => Promise.reject(error), host });
    expect(host.exits).toEqual([2]);
    expect(host.printed).toEqual(['shop: One environment variable is wrong:\n  PORT: is not a number']);
  });

  test('for any other reason exits with 1 and says what to do', async () => {
    const host = fakeHost();
    const error = new StartupError('the door is locked', { hint: 'bring the key' });
    await runProcess({ name: 'shop', main: () => Promise.reject(error), host });
    expect(host.exits).toEqual([1]);
    expect(host.printed).toEqual(['shop: the door is locked; bring the key']);
  });
});

function recorded(calls: string[]): Service {
  return createService({
    name: 'recorded',
    start: async () => void calls.push('start'),
    stop: async () => void calls.push('stop'),
  });
}

function fakeHost() {
  const exits: number[] = [];
  const printed: string[] = [];
  const timers: { readonly ms: number; readonly listener: () => void }[] = [];
  let listen: (signal: NodeJS.Signals) => void = () => undefined;
  const host: ProcessHost = {
    onSignal: (listener) => {
      listen = listener;
    },
    printError: (line) => void printed.push(line),
    exit: (code) => void exits.push(code),
    setTimer: (ms, listener) => void timers.push({ ms, listener }),
  };
  return { ...host, exits, printed, timers, signal: (signal: NodeJS.Signals) => listen(signal) };
}

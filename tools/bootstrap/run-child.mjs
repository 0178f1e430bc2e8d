import { spawn } from 'node:child_process';
import os from 'node:os';

// A terminal sends Ctrl-C to the whole process group, and npm forwards it once more: within this time it is one signal.
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a program in this process's place: same terminal, same process group, and its exit code. Signals are passed on,
 * so that stopping this process alone stops the program too.
 */
export function runChild(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    const lastSent = new Map();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        const now = performance.now();
        if (now - (lastSent.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS) return;
        lastSent.set(signal, now);
        child.kill(signal);
      });
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)));
  });
}

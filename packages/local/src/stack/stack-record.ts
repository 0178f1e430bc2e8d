import type { Instant } from '@northwind/events';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { newStackFile, readStackFile, type StackFile, writeStackFile } from './stack-file.ts';

/** stack.json while this process runs the stack: what is kept from start to start, and what runs right now. */
export interface StackRecord {
  read(): StackFile;
  update(changes: Partial<StackFile>): void;
  /** Others may use the stack from now on. */
  announce(apiUrl: string): void;
  processStarted(name: string, identity: ProcessIdentity): void;
  /** The stack runs no more. */
  close(): void;
}

export function openStackRecord(path: string, now: () => Instant): StackRecord {
  let stack = readStackFile(path) ?? newStackFile();
  const save = (next: StackFile) => {
    stack = next;
    writeStackFile(path, stack);
  };
  const running = () => stack.running ?? { pid: process.pid, since: now(), apiUrl: null, processes: [] };
  return {
    read: () => stack,
    update: (changes) => save({ ...stack, ...changes }),
    announce: (apiUrl) => save({ ...stack, running: { ...running(), apiUrl } }),
    processStarted: (name, identity) => {
      const { processes, ...rest } = running();
      const others = processes.filter((child) => child.name !== name);
      save({ ...stack, running: { ...rest, processes: [...others, { name, ...identity }] } });
    },
    close: () => save({ ...stack, running: null }),
  };
}

/** A record of this very process's run; what an earlier one left is forgotten. */
export function beginRun(record: StackRecord, now: () => Instant): void {
  const self = identify(process.pid);
  const processes = self === null ? [] : [{ name: 'supervisor', ...self }];
  record.update({ running: { pid: process.pid, since: now(), apiUrl: null, processes } });
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Clock, environment } from '@northwind/service-kit';
import { EVENTS_QUEUE } from '../queue/queues.ts';
import type { ServiceInstance } from './choose-ports.ts';
import { hasStarted } from './has-started.ts';
import { baseEnvironment, REGION, type StackAddresses, serviceEnvironment } from './service-environment.ts';
import type { StackFolder } from './stack-folder.ts';
import type { StackOptions } from './stack-options.ts';
import { type ChildEvent, type SupervisedChild, superviseChild } from './supervise-child.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const PORTAL = resolve(import.meta.dirname, '../../../portal/dist');

const ASK_TIMEOUT_MS = 2_000;

export interface ChildContext {
  readonly folder: StackFolder;
  readonly clock: Clock;
  readonly onEvent: (event: ChildEvent) => void;
}

export function createQueueChild(port: number, { folder, clock, onEvent }: ChildContext): SupervisedChild {
  return superviseChild({
    name: 'queue',
    command: process.execPath,
    parameters: [MAIN, 'queue'],
    environment: {
      ...baseEnvironment(environment()),
      AWS_REGION: REGION,
      SETTLEMENT_QUEUE_FOLDER: folder.queue,
      SETTLEMENT_QUEUE_PORT: String(port),
    },
    logFile: join(folder.logs, 'queue.log'),
    clock,
    // It listens a moment before its queues are there.
    isReady: async () => (await ask(`http://127.0.0.1:${port}/_fauxqs/queues`))?.includes(`"${EVENTS_QUEUE}"`) ?? false,
    onEvent,
  });
}

export interface ServiceChildOptions {
  readonly instance: ServiceInstance;
  readonly addresses: StackAddresses;
  readonly secretsKey: string;
  readonly stack: StackOptions;
}

export function createServiceChild(options: ServiceChildOptions, context: ChildContext): SupervisedChild {
  const { instance, addresses, secretsKey, stack } = options;
  return superviseChild({
    name: instance.name,
    command: process.execPath,
    parameters: [MAIN, instance.service],
    environment: serviceEnvironment(
      {
        service: instance.service,
        addresses,
        secretsKey,
        port: instance.port,
        portalFolder: existsSync(PORTAL) ? PORTAL : null,
        extra: { ...stack.environment, ...stack.serviceEnvironment?.[instance.service] },
      },
      environment(),
    ),
    logFile: join(context.folder.logs, `${instance.name}.log`),
    clock: context.clock,
    isReady: async () => hasStarted((await askAny(`http://127.0.0.1:${instance.port}/health/ready`))?.body ?? ''),
    onEvent: context.onEvent,
  });
}

/** The body of a good answer; null for any other, or none. */
async function ask(url: string): Promise<string | null> {
  const answer = await askAny(url);
  return answer?.ok ? answer.body : null;
}

/** Any answer; null for none. */
async function askAny(url: string): Promise<{ readonly ok: boolean; readonly body: string } | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return { ok: answer.ok, body: await answer.text() };
  } catch {
    return null;
  }
}

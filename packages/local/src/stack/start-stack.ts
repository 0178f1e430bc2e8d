import { type Clock, systemClock } from '@northwind/service-kit';
import { placePostgres } from '../postgres/place-postgres.ts';
import { stopLeftoverPostgres } from '../postgres/stop-leftover-postgres.ts';
import { choosePorts, type StackPorts } from './choose-ports.ts';
import { createQueueChild, createServiceChild } from './create-children.ts';
import { lockFolder } from './lock-folder.ts';
import { stackAddresses } from './service-environment.ts';
import { readStackFile } from './stack-file.ts';
import { makeStackFolder, type StackFolder, stackFolder } from './stack-folder.ts';
import type { RunningStack, StackEvent, StackOptions } from './stack-options.ts';
import { beginRun, openStackRecord, type StackRecord } from './stack-record.ts';
import { StackRunningError } from './stack-running-error.ts';
import { startDatabase } from './start-database.ts';
import { stopChildren } from './stop-children.ts';
import { stopLeftoverChildren } from './stop-leftover-children.ts';
import type { SupervisedChild } from './supervise-child.ts';

/**
 * Starts the whole system in a folder: PostgreSQL and SQS, then the services, each a process of its own that is started
 * again when it ends. Resolves when everything is ready. Throws StartupError, with nothing left running, when it can't:
 * StackRunningError when another process runs the stack of this folder.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const clock = systemClock;
  const folder = stackFolder(options.folder);
  makeStackFolder(folder);
  const lock = lockFolder(folder.lockFile);
  if (lock === null) throw new StackRunningError(folder.root, readStackFile(folder.stackFile));
  const children: SupervisedChild[] = [];
  let record: StackRecord | null = null;
  let ending: Promise<void> | null = null;
  const end = () => {
    ending ??= stopChildren(children, clock).then(() => {
      record?.close();
      lock.release();
    });
    return ending;
  };
  const abort = () => void end();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    options.signal?.throwIfAborted();
    record = openStackRecord(folder.stackFile, clock.now);
    const ready = await bootStack({ options, folder, record, clock, children });
    options.signal?.throwIfAborted();
    return { ...ready, stop: end };
  } catch (error) {
    await end();
    throw options.signal?.aborted ? options.signal.reason : error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

interface BootContext {
  readonly options: StackOptions;
  readonly folder: StackFolder;
  readonly record: StackRecord;
  readonly clock: Clock;
  /** Filled in order of start; whatever is in here has to be stopped. */
  readonly children: SupervisedChild[];
}

async function bootStack(context: BootContext): Promise<Omit<RunningStack, 'stop'>> {
  const { options, folder, record, clock, children } = context;
  const onEvent = (event: StackEvent) => {
    if (event.kind === 'child.started') record.processStarted(event.name, event.process);
    options.onEvent?.(event);
  };
  const place = placePostgres({ folder: folder.root, stackId: record.read().stackId });
  await stopLeftovers(place.dataFolder, context, onEvent);
  beginRun(record, clock.now);
  const ports = await choosePorts(options, record.read());
  if (place.notice !== null) onEvent({ kind: 'notice', message: place.notice });

  // A child that comes after the stack was told to stop would be stopped by nobody, so it must not start.
  const onChild = (child: SupervisedChild) => {
    options.signal?.throwIfAborted();
    children.push(child);
  };
  const queue = createQueueChild(ports.queue, { folder, clock, onEvent });
  onChild(queue);
  const [postgresPort] = await allOrThrow([
    startDatabase({ folder, place, port: ports.postgres, record, clock, onEvent, onChild }),
    queue.start(),
  ]);
  keepPorts(record, { ...ports, postgres: postgresPort });

  onEvent({ kind: 'step', message: 'starting the services' });
  const { secretsKey, keys, postgres } = record.read();
  if (keys === null) throw new Error('the database was prepared without keys');
  const addresses = stackAddresses(postgresPort, postgres.password, ports.queue);
  const services = ports.instances.map((instance) =>
    createServiceChild({ instance, addresses, secretsKey, stack: options }, { folder, clock, onEvent }),
  );
  for (const service of services) onChild(service);
  await allOrThrow(services.map((service) => service.start()));

  const api = `http://127.0.0.1:${ports.api}`;
  record.announce(api);
  return {
    folder: folder.root,
    urls: { ...addresses, api },
    keys,
    secretsKey,
    receiver: { read: () => record.read().receiver, write: (receiver) => record.update({ receiver }) },
    children: () => children.map(({ name, pid, restarts }) => ({ name, pid, restarts })),
    kill: () => {
      for (const child of children) child.kill();
    },
  };
}

async function stopLeftovers(
  dataFolder: string,
  { record, clock }: BootContext,
  onEvent: (event: StackEvent) => void,
): Promise<void> {
  const count = await stopLeftoverChildren(record.read(), clock);
  const postgres = await stopLeftoverPostgres(dataFolder, clock);
  if (count > 0 || postgres !== null) {
    const what = [
      ...(count > 0 ? [`${count} services`] : []),
      ...(postgres === null ? [] : [`PostgreSQL (pid ${postgres})`]),
    ];
    onEvent({ kind: 'notice', message: `an earlier start was killed; stopped what it left: ${what.join(', ')}` });
  }
}

function keepPorts(record: StackRecord, ports: StackPorts): void {
  const { postgres, healthPorts } = record.read();
  const health = ports.instances.filter(({ name }) => name !== 'api').map(({ name, port }) => [name, port]);
  record.update({
    postgres: { ...postgres, port: ports.postgres },
    queue: { port: ports.queue },
    api: { port: ports.api },
    healthPorts: { ...healthPorts, ...Object.fromEntries(health) },
  });
}

/** Like Promise.all, but nothing is still under way when it throws: what was begun can be stopped then. */
async function allOrThrow<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
}

import { StartupError } from '@northwind/service-kit';
import { findFreePort, isOpenToBrowsers, isPortFree } from './find-free-port.ts';
import { SERVICE_NAMES, type ServiceName } from './service-environment.ts';
import type { StackFile } from './stack-file.ts';
import type { StackOptions } from './stack-options.ts';

/** One process of a service. */
export interface ServiceInstance {
  /** `writer` for the first, `writer-2` for the second. */
  readonly name: string;
  readonly service: ServiceName;
  readonly port: number;
}

export interface StackPorts {
  readonly postgres: number;
  readonly queue: number;
  readonly api: number;
  readonly instances: readonly ServiceInstance[];
}

/**
 * Every port of the stack: those of the last start where they are still free, so that URLs and bookmarks stay right.
 */
export async function choosePorts(options: StackOptions, stack: StackFile): Promise<StackPorts> {
  const taken = new Set<number>();
  const choose = async (preferred: number | undefined) => {
    const port = await findFreePort(preferred, taken);
    taken.add(port);
    return port;
  };
  if (options.apiPort !== undefined) await refuseUnusable(options.apiPort);
  const api = await choose(options.apiPort ?? stack.api.port);
  const postgres = await choose(options.postgresPort ?? stack.postgres.port);
  const queue = await choose(options.queuePort ?? stack.queue.port);
  const instances: ServiceInstance[] = [];
  for (const service of SERVICE_NAMES) {
    for (let number = 1; number <= (options.services?.[service] ?? 1); number += 1) {
      const name = number === 1 ? service : `${service}-${number}`;
      const port = name === 'api' ? api : await choose(stack.healthPorts[name]);
      instances.push({ name, service, port });
    }
  }
  return { postgres, queue, api, instances };
}

async function refuseUnusable(port: number): Promise<void> {
  const isUsable = await isOpenToBrowsers(port);
  if (isUsable && (await isPortFree(port))) return;
  const free = await findFreePort(undefined, new Set());
  const another = `choose another port: settle up --port ${free}`;
  throw isUsable
    ? new StartupError(`port ${port} is taken by another program`, { hint: `stop that program, or ${another}` })
    : new StartupError(`browsers refuse to open port ${port}`, { hint: another });
}

/**
 * A process of its own: merchants' endpoints. Each path answers after `RECEIVER_DELAY_MS` with 204; `/fail` with 500,
 * `/flaky` with 500 every twentieth time, `/hang` never. What arrived is kept with its time on the machine's monotonic
 * clock, and told over IPC when it is asked for.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environment, systemClock } from '@northwind/service-kit';
import { machineMs } from './machine-clock.ts';

const delayMs = Number(environment().RECEIVER_DELAY_MS ?? 0);
const ids: string[] = [];
const arrivals: number[] = [];
const FAILS_EVERY = 20;
let flaky = 0;

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const arrivedMs = machineMs();
  request.resume();
  request.once('end', () => {
    ids.push(String(request.headers['webhook-id'] ?? ''));
    arrivals.push(arrivedMs);
    void answer(request.url ?? '', response);
  });
});

async function answer(path: string, response: ServerResponse): Promise<void> {
  if (path === '/hang') return;
  if (delayMs > 0) await systemClock.sleep(delayMs);
  if (path === '/flaky') flaky += 1;
  const fails = path === '/fail' || (path === '/flaky' && flaky % FAILS_EVERY === 0);
  response.writeHead(fails ? 500 : 204).end();
}

process.once('disconnect', () => process.exit(0));
process.on('message', () => process.send?.({ ids, arrivals }));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

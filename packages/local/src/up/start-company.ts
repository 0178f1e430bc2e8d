import { type Service, StartupError } from '@northwind/service-kit';
import { type Receiver, startReceiver } from '../receiver/start-receiver.ts';
import { findFreePort } from '../stack/find-free-port.ts';
import type { RunningStack } from '../stack/stack-options.ts';
import { registerDemoEndpoint } from './register-demo-endpoint.ts';
import type { DemoTraffic } from './start-demo-traffic.ts';
import type { StatusLine } from './status-line.ts';
import { type Flow, watchFlow } from './watch-flow.ts';

/** What surrounds the system in a demonstration: a merchant's webhook receiver, the traffic, the eye on both. */
export interface Company {
  readonly receiverUrl: string;
  stop(): Promise<void>;
}

export interface CompanyOptions {
  readonly trafficPerSecond: number;
  readonly status: StatusLine;
}

export async function startCompany(stack: RunningStack, options: CompanyOptions): Promise<Company> {
  const { trafficPerSecond, status } = options;
  const running: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of running.splice(0).toReversed()) await end();
  };
  const start = async (service: Service) => {
    running.push(() => service.stop());
    await service.start();
  };
  try {
    const known = stack.receiver.read();
    const receiver = await startReceiver(await findFreePort(known?.port, new Set()));
    running.push(() => receiver.stop());
    const endpoint = await registerDemoEndpoint(stack, receiver.url, known);
    stack.receiver.write({ port: receiver.port, ...endpoint });
    receiver.useSecret(endpoint.secret);
    let traffic: DemoTraffic | null = null;
    if (trafficPerSecond > 0) {
      const { createDemoTraffic } = await import('./start-demo-traffic.ts');
      let isTroubled = false;
      traffic = createDemoTraffic(stack, trafficPerSecond, (error) => {
        if (!isTroubled) status.print(`the simulated traffic can't be sent: ${(error as Error).message}`);
        isTroubled = true;
      });
      await start(traffic);
    }
    await start(watchFlow(stack.urls.databaseUrl, (flow) => status.show(describeFlow(flow, traffic, receiver))));
    return { receiverUrl: receiver.url, stop };
  } catch (error) {
    await stop();
    throw error instanceof StartupError
      ? error
      : new Error(`the demonstration's surroundings: ${error}`, { cause: error });
  }
}

function describeFlow({ events, lag }: Flow, traffic: DemoTraffic | null, receiver: Receiver): string {
  const parts = [`${events} in the log`, lag === 0n ? 'all applied' : `${lag} to apply`];
  if (traffic) parts.unshift(`${traffic.sent()} sent`);
  parts.push(`${receiver.received()} webhooks delivered`);
  return `  ${parts.join('  ·  ')}`;
}

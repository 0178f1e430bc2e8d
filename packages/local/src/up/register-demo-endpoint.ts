import { openDatabase, randomBytes } from '@northwind/service-kit';
import type { DeliveryTables } from '@northwind/webhooks/tables';
import { DEMO_MERCHANT, type RunningStack } from '../stack/stack-options.ts';

export interface DemoEndpoint {
  readonly endpointId: string;
  readonly url: string;
  readonly secret: string;
}

/** The webhook endpoint of the demo merchant: the one of the last start when its receiver is still at the same URL. */
export async function registerDemoEndpoint(
  stack: RunningStack,
  url: string,
  known: DemoEndpoint | null,
): Promise<DemoEndpoint> {
  if (known?.url === url) return known;
  const { registerEndpoint, removeEndpoint } = await import('@northwind/webhooks');
  await using database = openDatabase<DeliveryTables>({
    url: stack.urls.databaseUrl,
    applicationName: 'settle-up',
    connectionsMax: 1,
  });
  const merchantId = DEMO_MERCHANT;
  if (known) await removeEndpoint(database.db, { merchantId, endpointId: known.endpointId });
  const { secretsKey } = stack;
  const registered = await registerEndpoint(
    database.db,
    { merchantId, url },
    { secretsKey, allowInsecureTargets: true, randomBytes },
  );
  if (!registered.ok) throw new Error(`the demo merchant's endpoint was refused: ${registered.problem.message}`);
  return { endpointId: registered.endpoint.endpointId, url, secret: registered.secret };
}

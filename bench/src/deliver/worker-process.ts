/** A process of its own: the webhook worker as `settle webhooks` starts it. It ends with its parent. */
import { environment, runProcess } from '@northwind/service-kit';
import { createWebhooksProcess } from '@northwind/webhooks';

process.once('disconnect', () => process.exit(0));
await runProcess({ name: 'webhooks', main: () => createWebhooksProcess(environment()) });

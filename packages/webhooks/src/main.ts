import { environment, runProcess } from '@northwind/service-kit';
import { createWebhooksProcess } from './webhooks-process.ts';

await runProcess({ name: 'webhooks', main: () => createWebhooksProcess(environment()) });

import { environment, runProcess } from '@northwind/service-kit';
import { createChaosQueue } from './chaos-queue.ts';

await runProcess({ name: 'chaos queue', main: () => createChaosQueue(environment()) });

import { environment, runProcess } from '@northwind/service-kit';
import { createChaosConsumer } from './chaos-consumer.ts';

await runProcess({ name: 'chaos consumer', main: () => createChaosConsumer(environment()) });

import { environment, runProcess } from '@northwind/service-kit';
import { createApiProcess } from './api-process.ts';

await runProcess({ name: 'query-api', main: () => createApiProcess(environment()) });

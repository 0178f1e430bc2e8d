import { environment, runProcess } from '@northwind/service-kit';
import { createProjectorProcess } from './projector-process.ts';

await runProcess({ name: 'projector', main: () => createProjectorProcess(environment()) });

/** A process of its own: the projector as `settle projector` starts it. It ends with its parent. */
import { createProjectorProcess } from '@northwind/projector';
import { environment, runProcess } from '@northwind/service-kit';

process.once('disconnect', () => process.exit(0));
await runProcess({ name: 'projector', main: () => createProjectorProcess(environment()) });

import { createSealerProcess } from '@northwind/event-store';
import { environment, runProcess } from '@northwind/service-kit';

await runProcess({ name: 'sealer', main: () => createSealerProcess(environment()) });

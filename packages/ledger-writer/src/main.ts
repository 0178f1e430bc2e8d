import { environment, runProcess } from '@northwind/service-kit';
import { createWriterProcess } from './writer-process.ts';

await runProcess({ name: 'ledger-writer', main: () => createWriterProcess(environment()) });

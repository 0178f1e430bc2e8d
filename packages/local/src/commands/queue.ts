import { runProcess } from '@northwind/service-kit';
import { Command } from 'commander';
import type { CommandContext } from '../cli/context.ts';
import { stopWithParent } from '../stack/stop-with-parent.ts';

/** Hidden: only the stack of this machine runs it. */
export function queueCommand(context: CommandContext): Command {
  return new Command('queue').description('SQS on this machine, kept on disk').action(async () => {
    stopWithParent();
    const { createQueueProcess } = await import('../queue/queue-process.ts');
    await runProcess({ name: 'queue', main: () => createQueueProcess(context.env) });
  });
}

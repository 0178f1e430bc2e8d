import type { StackEvent } from '../stack/stack-options.ts';

/** A line for people about something that happened to the stack; null for what only logs need. */
export function describeEvent(event: StackEvent): string | null {
  switch (event.kind) {
    case 'step':
      return `${event.message} …`;
    case 'notice':
      return event.message;
    case 'child.started':
      return null;
    case 'child.crashed':
      return `${event.name} ended by itself (${event.reason}); it starts again in ${event.restartInMs} ms`;
    case 'child.ready':
      return `${event.name} runs again (restart ${event.restarts})`;
  }
}

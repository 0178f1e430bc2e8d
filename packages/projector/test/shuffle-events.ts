/**
 * Every order in which the log may hold the same events: any, but that what tells the same fact again stays after what
 * told it first. Which of two tellings comes first is a matter of fact and not of luck: the first one counts.
 */
import type { CloudEvent } from '@northwind/events';
import fc from 'fast-check';
import { merchantOf } from './append-on.ts';

export function shuffledEvents(events: readonly CloudEvent[]): fc.Arbitrary<CloudEvent[]> {
  return fc.shuffledSubarray([...events], { minLength: events.length }).map((shuffled) => {
    const inOrder = Map.groupBy(events, factOf);
    const next = new Map([...inOrder].map(([fact, told]) => [fact, told.values()]));
    return shuffled.map((event) => next.get(factOf(event))?.next().value ?? event);
  });
}

/** What the event tells: a second telling of it is a business duplicate. */
export function factOf(event: CloudEvent): string {
  return `${event.type} ${merchantOf(event)} ${event.subject}`;
}

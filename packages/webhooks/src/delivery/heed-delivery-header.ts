/** The response header `webhook-delivery`: an endpoint's wish for what comes after this answer. */
import { OUTCOMES, type Outcome } from './outcome.ts';
import type { Answer } from './sender.ts';

export interface HeededAnswer {
  readonly answer: Answer;
  /** Said with a status of 200 to 299, the delivery is complete and the endpoint is disabled all the same. */
  readonly disableRequested: boolean;
}

/** `disable`: no more webhooks. `abort-message`: not this one again. Any other wish is none. */
export function heedDeliveryHeader(answer: Answer): HeededAnswer {
  const wishes = [answer.responseHeaders?.['webhook-delivery'] ?? []].flat().join(',').toLowerCase().split(',');
  const has = (wish: string) => wishes.some((text) => text.trim() === wish);
  const disableRequested = has('disable');
  if (answer.outcome === 'delivered' || answer.outcome === 'gone') return { answer, disableRequested };
  if (disableRequested) return { answer: ended(answer, 'disable_requested'), disableRequested };
  return { answer: has('abort-message') ? ended(answer, 'abort_requested') : answer, disableRequested };
}

function ended(answer: Answer, outcome: Outcome): Answer {
  return { ...answer, outcome, detail: OUTCOMES[outcome] };
}

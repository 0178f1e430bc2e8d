import { formatInstantExactly } from '../time/format-instant.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';
import { useNow } from '../ui/use-now.ts';
import type { Delivery, DeliveryAttempt } from '../wire/delivery.ts';
import type { PayoutStatus } from '../wire/payout.ts';
import {
  countAttempts,
  describeAttempt,
  describeDelivery,
  describeEndpoint,
  describeTrigger,
} from './describe-delivery.ts';
import { ResendButton } from './resend-button.tsx';
import type { Deliveries } from './use-payout-detail.ts';

interface DeliveryListProps {
  readonly deliveries: Deliveries;
  readonly status: PayoutStatus;
  onSignedOut(): void;
}

export function DeliveryList({ deliveries: { loaded: deliveries, refresh }, status, onSignedOut }: DeliveryListProps) {
  return (
    <section aria-labelledby="deliveries-title" data-testid="payout-deliveries">
      <h3 id="deliveries-title" className="sheet-title">
        Webhook deliveries
      </h3>
      {deliveries.kind === 'loading' && <span className="bone" aria-hidden="true" />}
      {deliveries.kind === 'failed' && (
        <Notice tone="warning" title="Deliveries couldn’t be loaded. Trying again." testId="deliveries-failed" />
      )}
      {deliveries.kind === 'ready' && deliveries.value.length === 0 && (
        <p className="deliveries-none" data-testid="deliveries-empty">
          {status === 'initiated' || status === 'submitted'
            ? 'Nothing sent yet. Your endpoints hear of the changes that they are subscribed to.'
            : 'Nothing was sent: no endpoint was subscribed to what happened here.'}
        </p>
      )}
      {deliveries.kind === 'ready' &&
        deliveries.value.map((delivery) => (
          <DeliveryCard key={delivery.webhookId} delivery={delivery} onResent={refresh} onSignedOut={onSignedOut} />
        ))}
    </section>
  );
}

interface DeliveryCardProps {
  readonly delivery: Delivery;
  onResent(): void;
  onSignedOut(): void;
}

function DeliveryCard({ delivery, onResent, onSignedOut }: DeliveryCardProps) {
  const nowMs = useNow(15_000);
  return (
    <article className="delivery" data-state={delivery.state} data-testid={`delivery-${delivery.webhookId}`}>
      <header>
        <span className="delivery-url" title={delivery.url ?? delivery.endpointId}>
          {describeEndpoint(delivery)}
        </span>
        <span className="delivery-state">{describeDelivery(delivery)}</span>
      </header>
      <p className="delivery-what">
        <code>{delivery.eventType}</code> <code>{delivery.webhookId}</code>
        <CopyButton text={delivery.webhookId} what="webhook id" testId={`webhook-id-copy-${delivery.webhookId}`} />
      </p>
      <ol className="attempts">
        {delivery.attempts.map((attempt) => (
          <li
            key={attempt.attempt}
            title={attempt.outcomeMeaning ?? attempt.outcome}
            data-testid={`attempt-${delivery.webhookId}-${attempt.attempt}`}
          >
            <span>
              <span className="attempt-number">{attempt.attempt}</span> {describeAttempt(attempt)}
              <Trigger attempt={attempt} />
            </span>
            <time dateTime={attempt.startedAt} title={attempt.startedAt}>
              {formatInstantExactly(attempt.startedAt, nowMs)}
            </time>
          </li>
        ))}
        {delivery.state === 'pending' && delivery.nextAttemptAt !== null && delivery.attempts.length > 0 && (
          <li className="attempt-next">
            <span>Next attempt</span>
            <time dateTime={delivery.nextAttemptAt}>{formatInstantExactly(delivery.nextAttemptAt, nowMs)}</time>
          </li>
        )}
      </ol>
      <footer>
        <span className="attempts-count">{countAttempts(delivery)}</span>
        <ResendButton delivery={delivery} onResent={onResent} onSignedOut={onSignedOut} />
      </footer>
    </article>
  );
}

function Trigger({ attempt }: { readonly attempt: DeliveryAttempt }) {
  const words = describeTrigger(attempt);
  return words === null ? null : <span className="attempt-trigger"> · {words}</span>;
}

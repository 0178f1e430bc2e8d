import { useState } from 'react';
import type { Delivery } from '../wire/delivery.ts';
import type { Failure } from '../wire/request-json.ts';
import { resendDelivery } from '../wire/settlement-requests.ts';

interface ResendButtonProps {
  readonly delivery: Delivery;
  onResent(): void;
  onSignedOut(): void;
}

type Resend =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'accepted'; readonly attemptsBefore: number }
  | { readonly kind: 'failed'; readonly words: string };

/** Sends a delivery again and says below what came of it; focus stays on the button throughout. */
export function ResendButton({ delivery, onResent, onSignedOut }: ResendButtonProps) {
  const [resend, setResend] = useState<Resend>({ kind: 'idle' });
  const asking = resend.kind === 'asking';
  const send = async (): Promise<void> => {
    // Not `disabled`: that would take the focus from whoever came by keyboard.
    if (asking) return;
    setResend({ kind: 'asking' });
    const answer = await resendDelivery(delivery.deliveryId);
    if (answer.ok) {
      setResend({ kind: 'accepted', attemptsBefore: delivery.attempts.length });
      onResent();
    } else if (answer.failure.kind === 'unauthorized') onSignedOut();
    else setResend({ kind: 'failed', words: describeFailure(answer.failure) });
  };
  return (
    <>
      <span
        role="status"
        className="resend-said"
        data-state={resend.kind}
        data-testid={`resend-said-${delivery.webhookId}`}
      >
        {wordsOf(resend, delivery)}
      </span>
      <button
        type="button"
        className="button"
        aria-disabled={asking}
        aria-label={`Send ${delivery.webhookId} again`}
        data-testid={`resend-${delivery.webhookId}`}
        onClick={() => void send()}
      >
        Send again
      </button>
    </>
  );
}

function wordsOf(resend: Resend, { state, attempts }: Delivery): string {
  switch (resend.kind) {
    case 'idle':
      return '';
    case 'asking':
      return 'Asking…';
    case 'accepted':
      if (attempts.length === resend.attemptsBefore) return 'Being sent again…';
      return state === 'delivered' ? 'Sent again and delivered.' : 'Sent again; it was not taken.';
    case 'failed':
      return resend.words;
  }
}

function describeFailure(failure: Failure): string {
  if (failure.kind === 'problem') return `Not sent: ${failure.title.charAt(0).toLowerCase()}${failure.title.slice(1)}.`;
  if (failure.kind === 'not_found') return 'Not sent: this delivery is not kept any more.';
  return 'Not sent: the server can’t be reached right now. Try again.';
}

import type { ReactElement } from 'react';
import { CheckIcon, CloseIcon, InitiatedIcon, ReturnedIcon, SubmittedIcon } from '../ui/icons.tsx';
import type { PayoutStatus } from '../wire/payout.ts';
import { STATUS_WORDS } from './describe-payout.ts';

// Each status has a shape of its own too, so that nobody depends on telling the colours apart.
const STATUS_ICONS: Readonly<Record<PayoutStatus, () => ReactElement>> = {
  initiated: InitiatedIcon,
  submitted: SubmittedIcon,
  settled: CheckIcon,
  failed: CloseIcon,
  returned: ReturnedIcon,
};

export function StatusChip({ status }: { readonly status: PayoutStatus }) {
  const StatusIcon = STATUS_ICONS[status];
  return (
    <span className="chip" data-status={status}>
      <StatusIcon />
      {STATUS_WORDS[status]}
    </span>
  );
}

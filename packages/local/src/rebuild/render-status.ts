/** The generations that there are, for people. */
import type { StatusOfGeneration } from '@northwind/projector';
import { formatNumber } from '../cli/format-number.ts';
import { formatTable } from '../cli/print-table.ts';

const MIB = 1_048_576n;

export function renderStatus(generations: readonly StatusOfGeneration[]): string {
  return formatTable(generations, [
    { title: 'generation', value: ({ generation }) => String(generation), align: 'right' },
    { title: 'status', value: ({ status }) => status },
    { title: 'behind the log', value: ({ lag }) => formatNumber(lag), align: 'right' },
    { title: 'created', value: ({ createdAt }) => toSecond(createdAt) },
    {
      title: 'active since',
      value: ({ activatedAt, status }) => (status === 'active' && activatedAt !== null ? toSecond(activatedAt) : ''),
    },
    { title: 'size', value: ({ bytes }) => `${formatNumber(bytes / MIB)} MiB`, align: 'right' },
  ]);
}

/** `2026-11-21T23:59:59` */
function toSecond(instant: string): string {
  return instant.slice(0, 19);
}

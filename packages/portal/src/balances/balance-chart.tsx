import { formatMoney } from '../money/format-money.ts';
import { PAGE_LOCALE } from '../platform/page-locale.ts';
import { formatTime } from '../time/format-instant.ts';
import { drawSteps, type Series } from './sample-series.ts';

const BOX = { width: 560, height: 132, padding: 8 } as const;

interface BalanceChartProps {
  readonly series: Series;
  readonly currency: string;
  readonly exponent: number;
  readonly nowMs: number;
}

export function BalanceChart({ series, currency, exponent, nowMs }: BalanceChartProps) {
  const chart = drawSteps(series, nowMs, BOX);
  const first = series[0];
  if (chart === null || first === undefined) return null;
  const words = (amountMinor: bigint): string => formatMoney(amountMinor, { currency, exponent, locale: PAGE_LOCALE });
  const fade = `chart-fade-${currency}`;
  const moved = chart.highMinor !== chart.lowMinor;
  const label = moved
    ? `Available since ${formatTime(first.atMs)}: between ${words(chart.lowMinor)} and ${words(chart.highMinor)}`
    : `Available since ${formatTime(first.atMs)}: unchanged`;
  return (
    <figure className="chart" data-testid={`balance-chart-${currency}`}>
      <svg viewBox={`0 0 ${BOX.width} ${BOX.height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <linearGradient id={fade} x1="0" y1="0" x2="0" y2="1">
          <stop className="chart-fade-from" offset="0" />
          <stop className="chart-fade-to" offset="1" />
        </linearGradient>
        <path d={chart.area} fill={`url(#${fade})`} />
        <path className="chart-line" d={chart.line} />
      </svg>
      <figcaption className="chart-axis" aria-hidden="true">
        <span>{formatTime(first.atMs)}, page opened</span>
        <span>{moved ? `Low ${words(chart.lowMinor)} · High ${words(chart.highMinor)}` : 'No change yet'}</span>
      </figcaption>
    </figure>
  );
}

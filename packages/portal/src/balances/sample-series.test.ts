import { describe, expect, it } from 'vitest';
import { addSample, drawSteps, SAMPLES_MAX, type Series } from './sample-series.ts';

const box = { width: 100, height: 40, padding: 0 };

describe('addSample', () => {
  it('keeps changes only', () => {
    const series = addSample(addSample([], { atMs: 1, amountMinor: 5n }), { atMs: 2, amountMinor: 5n });
    expect(series).toEqual([{ atMs: 1, amountMinor: 5n }]);
  });

  it('takes a burst as one point at its end value', () => {
    const series = addSample([{ atMs: 1_000, amountMinor: 5n }], { atMs: 1_040, amountMinor: 9n });
    expect(series).toEqual([{ atMs: 1_000, amountMinor: 9n }]);
  });

  it('stays bounded and keeps both ends', () => {
    let series: Series = [];
    for (let index = 0; index < 5_000; index += 1)
      series = addSample(series, { atMs: index * 1_000, amountMinor: BigInt(index) });
    expect(series.length).toBeLessThanOrEqual(SAMPLES_MAX);
    expect(series[0]?.atMs).toBe(0);
    expect(series.at(-1)?.atMs).toBe(4_999_000);
  });
});

describe('drawSteps', () => {
  it('draws nothing from nothing', () => {
    expect(drawSteps([], 10, box)).toBeNull();
  });

  it('holds a value until it changes', () => {
    const series = [
      { atMs: 0, amountMinor: 100n },
      { atMs: 50, amountMinor: 300n },
    ];
    expect(drawSteps(series, 100, box)?.line).toBe('M0 40.0H50.0V0.0H100.0');
  });

  it('draws a quiet balance through the middle, however large', () => {
    const chart = drawSteps([{ atMs: 0, amountMinor: 9_223_372_036_854_775_807n }], 100, box);
    expect(chart?.line).toBe('M0 20.0H100.0');
  });

  it('tells amounts apart that a double would not', () => {
    const chart = drawSteps(
      [
        { atMs: 0, amountMinor: 9_007_199_254_740_992n },
        { atMs: 50, amountMinor: 9_007_199_254_740_993n },
      ],
      100,
      box,
    );
    expect(chart?.line).toBe('M0 40.0H50.0V0.0H100.0');
  });
});

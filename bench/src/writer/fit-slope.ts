export interface Sample {
  readonly minute: number;
  readonly mib: number;
}

/** MiB a minute: the slope of the straight line that fits best (least squares). */
export function fitSlope(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number) => samples.reduce((sum, s) => sum + pick(s), 0) / samples.length;
  const meanMinute = mean((s) => s.minute);
  const meanMib = mean((s) => s.mib);
  const covariance = mean((s) => (s.minute - meanMinute) * (s.mib - meanMib));
  return covariance / mean((s) => (s.minute - meanMinute) ** 2);
}

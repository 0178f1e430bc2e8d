import { formatDay, formatInstantExactly, formatTimeExactly, instantMs } from '../time/format-instant.ts';
import type { PayoutWithTimeline } from '../wire/payout.ts';
import { describeTimeline, nextStep, type TimelineEntry } from './timeline.ts';

interface TimelineProps {
  readonly payout: PayoutWithTimeline;
  readonly nowMs: number;
}

export function Timeline({ payout, nowMs }: TimelineProps) {
  const next = nextStep(payout);
  return (
    <section aria-labelledby="timeline-title">
      <h3 id="timeline-title" className="sheet-title">
        Timeline
      </h3>
      <ol className="timeline" data-testid="payout-timeline">
        {describeTimeline(payout, payout.timeline).map((entry) => (
          <Entry key={entry.key} entry={entry} nowMs={nowMs} />
        ))}
        {next !== null && (
          <li className="timeline-entry" data-tone="next" data-testid="timeline-next">
            <p className="timeline-title">{next}</p>
          </li>
        )}
      </ol>
    </section>
  );
}

/** The day is only told again where it is another one. */
function formatRecorded({ occurredAt, recordedAt }: TimelineEntry, nowMs: number): string {
  const sameDay = formatDay(instantMs(occurredAt), nowMs) === formatDay(instantMs(recordedAt), nowMs);
  return sameDay ? formatTimeExactly(instantMs(recordedAt)) : formatInstantExactly(recordedAt, nowMs);
}

function Entry({ entry, nowMs }: { readonly entry: TimelineEntry; readonly nowMs: number }) {
  return (
    <li className="timeline-entry" data-tone={entry.tone} data-testid={`timeline-${entry.key}`}>
      <p className="timeline-title">{entry.title}</p>
      {entry.details.length > 0 && <p className="timeline-details">{entry.details.join(' · ')}</p>}
      <p className="timeline-times">
        <time dateTime={entry.occurredAt} title={entry.occurredAt}>
          {formatInstantExactly(entry.occurredAt, nowMs)}
        </time>
        <span>
          recorded{' '}
          <time dateTime={entry.recordedAt} title={entry.recordedAt}>
            {formatRecorded(entry, nowMs)}
          </time>
          {entry.recordedLater !== null && <em> ({entry.recordedLater} later)</em>}
        </span>
        <code title="Partition and offset of this fact in the log">{entry.coordinate}</code>
      </p>
    </li>
  );
}

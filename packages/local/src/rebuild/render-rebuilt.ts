/** What a rebuild came to, and what may be done next, for people. */
import type { Generation, Rebuilt } from '@northwind/projector';
import { renderComparison } from './render-comparison.ts';

export interface Outcome {
  readonly rebuilt: Rebuilt;
  /** Null when nothing took over. */
  readonly promoted: Generation | null;
  /** It was to take over. */
  readonly isPromotionWanted: boolean;
}

export function renderRebuilt({ rebuilt, promoted, isPromotionWanted }: Outcome): string[] {
  const { candidate, comparison } = rebuilt;
  const lines = [...renderComparison(comparison), ''];
  if (promoted !== null) {
    const before = comparison.active.generation;
    return [
      ...lines,
      `generation ${promoted.generation} is active; settle rebuild --rollback goes back to ${before} at once`,
    ];
  }
  if (comparison.isEqual) {
    return [...lines, `generation ${candidate.generation} stands by; settle rebuild --promote lets it take over`];
  }
  return [
    ...lines,
    ...(isPromotionWanted ? ['not promoted: the generations differ', ''] : []),
    'settle rebuild --promote --by <name> --reason <text>   lets it take over all the same',
    `settle rebuild --drop ${candidate.generation}   takes it away`,
  ];
}

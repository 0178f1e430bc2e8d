export { type HistoryOptions, type HistoryResult, runHistory } from './history/run-history.ts';

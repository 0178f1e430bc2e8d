/** A benchmark's report for people: one table, then the versions. */
import type { Report } from './run-benchmark.ts';
import type { SummaryRow } from './summarise-runs.ts';

export function formatReport(report: Report): string {
  const header = ['metric', 'median', 'min', 'max', 'unit', 'ratio', 'compared with'];
  const table = [header, ...report.rows.map(toCells)];
  const widths = header.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const lines = table.map((cells) =>
    cells.map((cell, i) => (i >= 1 && i <= 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join('  '),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name} ${value}`);
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${report.benchmark}: ${report.runs} ${report.runs === 1 ? 'run' : 'runs'} (${parameters.join(', ')})`,
    '',
    ...lines.map((line) => line.trimEnd()),
    '',
    versions.join(' · '),
    ...(report.voidBecause === null ? [] : ['', `VOID: ${report.voidBecause}`]),
  ].join('\n');
}

function toCells(row: SummaryRow): string[] {
  const ratio = row.ratio === null ? '' : `${row.ratio.toFixed(2)} ×`;
  const numbers = [row.median, row.min, row.max].map(formatNumber);
  return [row.metric, ...numbers, row.unit, ratio, row.comparedWith ?? ''];
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

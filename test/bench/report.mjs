// A table of a part, for the terminal and for docs/performance.md.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cores } from './cores.mjs';

const servedBy = () =>
  execFileSync(process.env.BENCH_NODE ?? process.execPath, ['--version'], { encoding: 'utf8' }).trim();

/** A number with about three digits that mean something. */
export const round = (value) => {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
};

const cells = ({ head, rows }) =>
  [head, ...rows].map((row) => row.map((cell) => (typeof cell === 'number' ? round(cell) : cell)));

export function printTable(table) {
  const all = cells(table);
  const widths = table.head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0]))).join('  ');
  console.log(`\n${all.map(line).join('\n')}${table.note ? `\n${table.note}` : ''}`);
}

/** @throws Error where docs/performance.md has no place for this part */
export function writeTable(part, table) {
  const file = 'docs/performance.md';
  const [head, ...rows] = cells(table).map((row) => `| ${row.join(' | ')} |`);
  const rule = `|---|${'---:|'.repeat(table.head.length - 1)}`;
  const day = new Date().toISOString().slice(0, 10);
  const made = `Measured on ${day}: Node ${servedBy()}, ${cores} ${cores === 1 ? 'core' : 'cores'} (${cpus()[0]?.model.trim()}).`;
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`${file} has no ${begin} … ${end}`);
  const body = [head, rule, ...rows, '', [made, table.note].filter(Boolean).join(' ')].join('\n');
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${body}\n\n${text.slice(to)}`);
}

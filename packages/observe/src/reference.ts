/** The reference pages of records and metrics, made from the tables that the code runs on. */
import { METRICS } from './metrics-table.js';
import { RECORDS } from './records-table.js';

/** `docs/reference/records.md` */
export function recordsPage(): string {
  const sections = Object.entries(RECORDS).map(([name, { help, forms, fields }]) =>
    [
      `## \`${name}\``,
      help,
      table(
        ['level', '`msg`', 'when'],
        forms.map((form) => [form.level, `\`${form.message}\``, 'when' in form ? form.when : 'always']),
      ),
      table(
        ['field', 'description'],
        Object.entries(fields).map(([field, words]) => [`\`${field}\``, words]),
      ),
    ].join('\n\n'),
  );
  return page(
    'Log records',
    'packages/observe/src/records-table.ts',
    'Longshore writes JSON lines to stdout. A line about an event has `record`; each also has `time` (ISO 8601, UTC), `level` and `msg`. Unknown fields are absent. Lines without `record` are about the process itself.',
    sections,
  );
}

/** `docs/reference/metrics.md` */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return page(
    'Metrics',
    'packages/observe/src/metrics-table.ts',
    'Prometheus text on the admin listener, at `/metrics`. Counters are those of one process since its start. Every label has a bounded set of values; all others are `other`. The usual `process_` and `nodejs_` metrics are exported too.',
    [table(['metric', 'type', 'labels', 'description'], rows)],
  );
}

function page(title: string, madeFrom: string, intro: string, sections: string[]): string {
  const note = `<!-- Made by scripts/gen-reference.mjs from ${madeFrom}. Change it there. -->`;
  return `${[`# ${title}`, note, intro, ...sections].join('\n\n')}\n`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

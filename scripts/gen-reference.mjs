// Writes the pages of docs/reference that are generated from code.
// `--check` writes nothing and exits 1 naming each stale page (CI); `--dir DIR` writes to another folder.
// Needs a build: the built packages generate the pages.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { configurationPage, jsonSchema } from '../packages/config/dist/reference.js';
import { ERRORS } from '../packages/event/dist/index.js';
import { metricsPage, recordsPage } from '../packages/observe/dist/reference.js';
import { writeChart } from './helm/write.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** One row per page. */
const PAGES = [
  { file: 'configuration.md', make: configurationPage },
  { file: 'longshore.schema.json', make: () => `${JSON.stringify(jsonSchema(), null, 2)}\n` },
  { file: 'errors.md', make: errorsPage },
  { file: 'records.md', make: recordsPage },
  { file: 'metrics.md', make: metricsPage },
];

const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    dir: { type: 'string', default: path.join(ROOT, 'docs', 'reference') },
  },
});
await mkdir(values.dir, { recursive: true });
const results = await Promise.all(PAGES.map((page) => (values.check ? check(page) : write(page))));
const isOwn = values.dir === path.join(ROOT, 'docs', 'reference');
// The chart has the schema too.
const chart = isOwn ? await writeChart({ check: values.check }) : true;
process.exitCode = [...results, chart].every(Boolean) ? 0 : 1;

async function write({ file, make }) {
  await writeFile(path.join(values.dir, file), make());
  return true;
}

async function check({ file, make }) {
  const target = path.join(values.dir, file);
  const present = await readFile(target, 'utf8').catch(() => undefined);
  if (present === make()) return true;
  const state = present === undefined ? 'missing' : 'stale';
  process.stderr.write(
    `${path.relative(process.cwd(), target)} is ${state}: run node scripts/gen-reference.mjs\n`,
  );
  return false;
}

function errorsPage() {
  const rows = Object.entries(ERRORS).map(([code, { help, status, retry, expose }]) => {
    const cells = [
      `\`${code}\``,
      status ?? '',
      retry ? 'yes' : 'no',
      expose ? 'yes' : 'no',
      help.replaceAll('|', '\\|'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Errors

<!-- Made by scripts/gen-reference.mjs from packages/event/src/errors.ts. Change it there. -->

Every error that Longshore raises. The code is in the log line or in the answer; the message beside it says
what happened in that place. *Status* is what an HTTP caller gets, *again* whether the same thing is worth
trying again, *shown* whether the caller may read the message.

| code | status | again | shown | what it means and what to do |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

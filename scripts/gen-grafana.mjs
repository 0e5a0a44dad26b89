// Writes infra/grafana/longshore.json from the metrics' catalogue and scripts/grafana/panels.mjs.
// `--check` writes nothing and exits 1 when the file is stale (CI). Needs a build, like gen-reference.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dashboard } from './grafana/dashboard.mjs';
import { writeChart } from './helm/write.mjs';

const FILE = fileURLToPath(new URL('../infra/grafana/longshore.json', import.meta.url));
const text = `${JSON.stringify(dashboard(), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const present = await readFile(FILE, 'utf8').catch(() => '');
  if (present !== text) {
    process.stderr.write('infra/grafana/longshore.json is stale: run node scripts/gen-grafana.mjs\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, text);
  // The chart has the board too.
  await writeChart({});
}

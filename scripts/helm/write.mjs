/** Writes the files of the chart that are made from something else. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHART, goldenOf, ROOT, restamped, SETS, valuesSchema } from './chart.mjs';

const run = promisify(execFile);
const read = (file) => readFile(path.join(ROOT, file), 'utf8');

const FILES = {
  'values.schema.json': async () => `${JSON.stringify(await valuesSchema(), null, 1)}\n`,
  'files/rules.yml': () => read('infra/prometheus/rules.yml'),
  'files/grafana.json': () => read('infra/grafana/longshore.json'),
};

/**
 * Without Helm a rendering is stamped again when only the schema has changed: it decides what is refused, and nothing of
 * what is rendered. @param helm the program @param check writes nothing @returns whether all was fresh, with `check`
 */
export async function writeChart({ helm, check = false }) {
  let isFresh = true;
  const put = async (file, text) => {
    const target = path.join(CHART, file);
    const present = await readFile(target, 'utf8').catch(() => undefined);
    if (present === text) return;
    if (!check) return writeFile(target, text);
    isFresh = false;
    console.error(`stale: infra/helm/${file}; run node scripts/gen-helm.mjs`);
  };
  for (const [file, make] of Object.entries(FILES)) await put(file, await make());
  for (const name of SETS) {
    const text = helm ? await goldenOf(name, (args) => run(helm, args)) : await restamped(name);
    await put(`ci/golden/${name}.yaml`, text);
  }
  return isFresh;
}

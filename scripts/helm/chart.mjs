/** The chart of infra/helm: the schema of its values, and what its value sets render to. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

export const ROOT = path.resolve(import.meta.dirname, '..', '..');
export const CHART = path.join(ROOT, 'infra', 'helm');

/** Value sets in `ci`, by name. */
export const SETS = ['default', 'trial', 'production', 'gateway', 'harbor'];

/** The oldest Kubernetes that the chart is for, and the newest that it is checked with. */
export const VERSIONS = ['1.30.0', '1.37.0'];

const text = (file) => readFile(path.join(CHART, file), 'utf8');

/** What a rendering depends on, each with the SHA-256 of its content. */
export async function inputsOf(name) {
  const templates = (await readdir(path.join(CHART, 'templates'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(CHART, path.join(entry.parentPath, entry.name)));
  // The board of Grafana is in none of the sets.
  const chart = ['Chart.yaml', ...templates.sort(), 'files/rules.yml'];
  const sum = async (list) => {
    const hash = createHash('sha256');
    for (const file of list) hash.update(`${file}\n${await text(file)}\n`);
    return hash.digest('hex');
  };
  return {
    templates: await sum(chart),
    values: await sum(['values.yaml']),
    schema: await sum(['values.schema.json']),
    set: await sum([`ci/${name}.yaml`]),
  };
}

/** The rendering of a value set, behind the sums of what it was made from. @param helm runs Helm with arguments */
export async function goldenOf(name, helm) {
  const args = ['template', 'relay', CHART, '--namespace', 'longshore', '--kube-version', VERSIONS[0]];
  const { stdout } = await helm([...args, '--values', path.join(CHART, 'ci', `${name}.yaml`)]);
  const head = Object.entries(await inputsOf(name)).map(([of, sum]) => `# ${of}: sha256:${sum}\n`);
  return `# Made by scripts/gen-helm.mjs --helm PROGRAM from infra/helm/ci/${name}.yaml.\n${head.join('')}${stdout}`;
}

/** The rendering as it is committed, with the sum of the schema as it is now. */
export async function restamped(name) {
  const { schema } = await inputsOf(name);
  return (await text(`ci/golden/${name}.yaml`)).replace(/^# schema: .*$/m, `# schema: sha256:${schema}`);
}

/** Values whose keys are up to the user. */
const FREE =
  /(^|\.)(resources|labels|annotations|podAnnotations|podLabels|nodeSelector|affinity|podSecurityContext|securityContext)$/;
/** Values that Kubernetes takes as a number or as text. */
const EITHER = /(^|\.)(maxUnavailable|maxmemory|size)$/;

/** Types of the values as values.yaml has them; `config` is the schema of longshore.yml. */
export async function valuesSchema() {
  const schema = schemaOf(parse(await text('values.yaml')), '');
  const config = JSON.parse(
    await readFile(path.join(ROOT, 'docs', 'reference', 'longshore.schema.json'), 'utf8'),
    (key, value) => (typeof value === 'string' && key === 'description' ? undefined : value),
  );
  delete config.$schema;
  schema.properties.config = config;
  // Helm gives a chart the values of its parents here.
  schema.properties.global = { type: 'object' };
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...schema };
}

function schemaOf(value, at) {
  if (EITHER.test(at)) return { type: ['string', 'integer'] };
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value !== 'object') return { type: typeof value === 'number' ? 'integer' : typeof value };
  if (FREE.test(at) || Object.keys(value).length === 0) return { type: 'object' };
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    schemaOf(item, at === '' ? key : `${at}.${key}`),
  ]);
  return { type: 'object', properties: Object.fromEntries(entries), additionalProperties: false };
}

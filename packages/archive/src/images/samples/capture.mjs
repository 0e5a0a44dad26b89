/**
 * Records what real registries send while real clients push, retag, attach and delete: the fixtures beside this file.
 * Run by hand, with the programs on the PATH or in BIN: `node capture.mjs NAME REGISTRY-PROGRAM STEPS`, such as
 * `node capture.mjs distribution-2.8.2 docker-registry skopeo`. Writes `NAME-STEPS.ndjson`:
 * a line for each command, then one for each event.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { oci } from '../../../../testkit/dist/index.js';

const [name, program, stepsName] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'capture-'));
/** Longer than a notification takes on an idle machine. */
const QUIET_MS = 1_500;

let events = [];
const recorder = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    events.push(...JSON.parse(Buffer.concat(chunks).toString()).events);
    response.end();
  });
});
recorder.listen(0, '127.0.0.1');
await new Promise((resolve) => recorder.once('listening', resolve));

const children = [];
async function registry(file, port, endpoints) {
  const config = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, file) }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, secret: 'none' },
    notifications: { events: { includereferences: true }, endpoints },
  };
  writeFileSync(join(folder, `${file}.yml`), JSON.stringify(config));
  const child = spawn(program, ['serve', join(folder, `${file}.yml`)], { stdio: 'ignore' });
  children.push(child);
  for (let n = 0; n < 100; n++) {
    if (
      await fetch(`http://127.0.0.1:${port}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return `127.0.0.1:${port}`;
    await pause(100);
  }
  throw new Error(`${program} does not answer`);
}

const [from, to] = ['127.0.0.1:5611', '127.0.0.1:5612'];
await registry('source', 5611, []);
await registry('target', 5612, [
  {
    name: 'recorder',
    url: `http://127.0.0.1:${recorder.address().port}/`,
    timeout: 5e9,
    threshold: 5,
    backoff: 1e9,
  },
]);

const layers = (version) => ['base'.repeat(500), 'runtime'.repeat(300), `app ${version}`.repeat(200)];
const image = (version, architecture = 'amd64') =>
  oci.image({ layers: layers(`${version} ${architecture}`), platform: { os: 'linux', architecture } });
const index = (version, arm = version) => {
  const images = [image(version), image(arm, 'arm64')];
  return oci.index([...images, ...images.map((one) => oci.attestation(one, one.digest))]);
};
const put = (part, tag) => oci.push(`http://${from}`, 'source', part, tag);
for (const version of ['v1', 'v2']) await put(image(version), version);
await put(index('v1'), 'index-v1');
await put(index('v1', 'v2'), 'index-v2');

const plain = ['--src-tls-verify=false', '--dest-tls-verify=false'];
const skopeo = (...args) => ['skopeo', '--insecure-policy', ...args];
const copy = (tag, target, ...more) =>
  skopeo('copy', ...plain, ...more, `docker://${from}/source:${tag}`, `docker://${to}/${target}`);
const crane = (...args) => ['crane', '--insecure', ...args];
const oras = (...args) => ['oras', ...args];
const digest = (reference) => ({ digestOf: reference });

const STEPS = {
  skopeo: {
    single: copy('v1', 'team/app:1.0'),
    again: copy('v1', 'team/app:1.0'),
    'another repository': copy('v1', 'team/other:1.0'),
    index: copy('index-v1', 'team/multi:1.0', '--all'),
    'index again': copy('index-v1', 'team/multi:1.0', '--all'),
    'one platform of an index': copy('index-v1', 'team/one:1.0'),
    retag: skopeo(
      'copy',
      ...plain,
      '--all',
      `docker://${to}/team/multi:1.0`,
      `docker://${to}/team/multi:latest`,
    ),
    overwrite: copy('index-v2', 'team/multi:latest', '--all'),
    'overwrite a single image': copy('v2', 'team/app:1.0'),
    'delete by digest': skopeo('delete', '--tls-verify=false', `docker://${to}/team/app:1.0`),
    'push what was deleted': copy('v2', 'team/app:1.0'),
    'delete an index': skopeo('delete', '--tls-verify=false', `docker://${to}/team/multi:1.0`),
  },
  crane: {
    index: crane('copy', `${from}/source:index-v1`, `${to}/team/multi:1.0`),
    overwrite: crane('copy', `${from}/source:index-v2`, `${to}/team/multi:1.0`),
    'copy inside': crane('copy', `${to}/team/multi:1.0`, `${to}/team/copy:1.0`),
    retag: crane('tag', `${to}/team/multi:1.0`, 'latest'),
    single: crane('copy', `${from}/source:v1`, `${to}/team/app:1.0`),
    'delete by digest': crane('delete', digest('team/app:1.0')),
    'delete by tag': ['curl', '-s', '-X', 'DELETE', `http://${to}/v2/team/multi/manifests/latest`],
  },
  oras: {
    push: oras('push', '--plain-http', `${to}/team/files:1.0`, 'notes.txt:text/plain'),
    image: crane('copy', `${from}/source:v1`, `${to}/team/app:1.0`),
    attach: oras(
      'attach',
      '--plain-http',
      '--artifact-type',
      'application/spdx+json',
      `${to}/team/app:1.0`,
      'notes.txt:application/spdx+json',
    ),
    'attach another': oras(
      'attach',
      '--plain-http',
      '--artifact-type',
      'application/vnd.cncf.notary.signature',
      `${to}/team/app:1.0`,
      'signature.bin:application/jose+json',
    ),
    'copy with referrers': oras(
      'cp',
      '-r',
      '--from-plain-http',
      '--to-plain-http',
      `${to}/team/app:1.0`,
      `${to}/team/copy:1.0`,
    ),
    chart: oras(
      'push',
      '--plain-http',
      '--config',
      'chart.json:application/vnd.cncf.helm.config.v1+json',
      `${to}/charts/app:1.0`,
      'chart.tgz:application/vnd.cncf.helm.chart.content.v1.tar+gzip',
    ),
    'cosign tag': crane('copy', `${from}/source:v2`, digest('team/app:1.0', '.sig')),
  },
};

for (const [file, text] of Object.entries({
  'notes.txt': 'notes',
  'signature.bin': 'signature',
  'chart.json': '{"name":"app"}',
  'chart.tgz': 'chart',
})) {
  writeFileSync(join(folder, file), text);
}
const digestOf = async (reference) => {
  const [repository, tag] = reference.split(':');
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
  const answer = await fetch(`http://${to}/v2/${repository}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { accept },
  });
  return answer.headers.get('docker-content-digest');
};

async function quiet() {
  for (let seen = -1; seen !== events.length; ) {
    seen = events.length;
    await pause(QUIET_MS);
  }
}

const recorded = [];
for (const [step, command] of Object.entries(STEPS[stepsName])) {
  const words = [];
  for (const word of command) {
    if (typeof word === 'string') words.push(word);
    else words.push(await resolved(word, step));
  }
  await quiet();
  events = [];
  let failed;
  try {
    execFileSync(words[0], words.slice(1), { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    failed = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .at(-1);
  }
  await quiet();
  process.stdout.write(`${[step, events.length, failed].join(' ')}\n`);
  const shown = words.join(' ').replaceAll(from, 'SOURCE').replaceAll(to, 'REGISTRY');
  recorded.push({ step, command: shown, ...(failed && { failed }), events });
}

async function resolved({ digestOf: reference }, step) {
  const found = await digestOf(reference);
  const repository = reference.split(':')[0];
  if (step === 'cosign tag') return `${to}/${repository}:${found.replace(':', '-')}.sig`;
  return `${to}/${repository}@${found}`;
}

const lines = recorded.flatMap(({ events: list, ...step }) =>
  [step, ...list].map((one) => JSON.stringify(one)),
);
writeFileSync(new URL(`${name}-${stepsName}.ndjson`, import.meta.url), `${lines.join('\n')}\n`);
for (const child of children) child.kill();
recorder.close();
process.exit(0);

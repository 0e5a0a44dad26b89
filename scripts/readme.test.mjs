/** README's output is what a reader gets: times, digests and free ports apart. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver } from '../examples/quickstart/receiver.mjs';
import { eventually, runProcess } from '../packages/testkit/dist/index.js';
import { blocks } from './testing/markdown.mjs';
import { longshore, ROOT, temporaryFolder } from './testing/relay.mjs';

const BLOCKS = blocks(readFileSync(join(ROOT, 'README.md'), 'utf8')).map(({ code }) => code);

/** The lines of the block that has these words, without those that set-up prints once. */
function shown(words) {
  const block = BLOCKS.find((code) => code.includes(words)) ?? '';
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('longshore: '));
}

/** What differs from run to run, made the same. */
function alike(line) {
  return line
    .replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d)/, 'TIME')
    .replaceAll(/[\d.]+ ms/g, 'N ms')
    .replaceAll(/sha256:[0-9a-f]{12}/g, 'DIGEST')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')
    .replace(/data in [^"]+/, 'data in ./data');
}

test('the first 60 seconds go as the README shows', async () => {
  const printed = [];
  const receiver = await startReceiver({ port: 0, print: (line) => printed.push(line) });
  const listen = ['INGEST', 'DASHBOARD', 'ADMIN'].map((name) => [`LONGSHORE_${name}_LISTEN`, '127.0.0.1:0']);
  const env = {
    ...Object.fromEntries(listen),
    LONGSHORE_DATADIR: join(await temporaryFolder(), 'data'),
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_URL: `http://127.0.0.1:${receiver.address().port}/events`,
    // On a busy machine the receiver may need more than the second of the quick start.
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_TIMEOUT: '10s',
  };
  const file = join(ROOT, 'examples', 'quickstart', 'longshore.yml');
  const relay = runProcess(
    process.execPath,
    [join(ROOT, 'apps/longshore/bin/longshore.js'), 'run', '--config', file],
    { env },
  );
  // On a busy machine it also says that it waits for Redis, and later that it leads, which is not at a fixed moment.
  const lines = () =>
    relay.stdout
      .split('\n')
      .filter((line) => line !== '' && !/waiting for Redis|this worker leads/.test(line));
  const [redis, ready] = await eventually(lines, ({ length }) => length > 1);
  const [command, answer] = shown('npx longshore send');
  const args = command
    .replace(/^\$ npx longshore /, '')
    .replace(/ +#.*/, '')
    .split(' ');
  const { ingest } = JSON.parse(ready.slice(ready.indexOf('{')));
  const sent = await longshore([...args, '--to', `${ingest}/registry/notifications`]);
  await eventually(lines, ({ length }) => length > 3);

  expect([printed[0], redis, ready].map(alike)).toEqual(shown('$ npm start').slice(1).map(alike));
  expect(sent.stdout.trim()).toBe(answer);
  const [, , received, delivered] = lines();
  expect([received, printed[1], delivered].map(alike)).toEqual(shown('notification sent').map(alike));
  receiver.close();
});

test('check prints what the README shows', async () => {
  const file = join(await temporaryFolder(), 'config.yml');
  const registry = `version: 0.1
storage: { filesystem: { rootdirectory: /var/lib/registry } }
notifications:
  endpoints:
    - name: alistener
      url: https://my.listener.com/event
      timeout: 500
      threshold: 5
`;
  await writeFile(file, registry);
  const { code, stdout } = await longshore(['check', file]);
  const [, ...lines] = shown('$ npx longshore check');
  expect([code, stdout.trimEnd().replaceAll(file, '/etc/docker/registry/config.yml')]).toEqual([
    0,
    lines.join('\n'),
  ]);
});

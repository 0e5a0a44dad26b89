import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@longshore/config';
import { Egress } from '@longshore/network/egress';
import type { TargetOptions } from '@longshore/sinks/preheat';
import { expect, onTestFinished, test } from 'vitest';
import { preheatOptions } from './preheat-options.js';

/** The options of the one target that is written like this. */
async function optionsOf(target: string): Promise<TargetOptions> {
  const folder = await temporary();
  const file = join(folder, 'longshore.yml');
  const preheat = `preheat: { registry: { url: "http://r" }, targets: [${target}] }`;
  await writeFile(
    file,
    `version: 0.1\nnotifications: { endpoints: [{ name: warm, kind: preheat, ${preheat} }] }\n`,
  );
  const { config, problems } = await readConfig(file, {});
  const endpoint = config?.notifications.endpoints[0];
  if (endpoint?.kind !== 'preheat') throw new Error(JSON.stringify(problems));
  expect(problems).toEqual([]);
  const [first] = preheatOptions(endpoint, '0.0.0', new Egress()).targets;
  if (first === undefined) throw new Error('there is no target');
  return first.options;
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-options-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test.each([
  ['kruise', 'kind: kruise, url: "http://t", namespace: n, token'],
  ['dragonfly', 'kind: dragonfly, url: "http://t", token'],
])('the token of a %s target is read from its file for each request', async (_, settings) => {
  const file = join(await temporary(), 'token');
  await writeFile(file, 'first\n');
  const options = await optionsOf(`{ name: t, ${settings}: "file:${file}" }`);
  const token = 'token' in options ? options.token : undefined;
  if (typeof token !== 'function') throw new Error('the token is not looked up');
  expect(token()).toBe('first');
  await writeFile(file, 'second\n');
  expect(token()).toBe('second');
});

test('credentials of a target are looked up for each request', async () => {
  const file = join(await temporary(), 'secret');
  await writeFile(file, 'first');
  const basic = await optionsOf(
    `{ name: t, kind: webhook, url: "http://t", auth: { basic: { me: "file:${file}" } } }`,
  );
  const bearer = await optionsOf(
    `{ name: t, kind: webhook, url: "http://t", auth: { bearer: "file:${file}" } }`,
  );
  await writeFile(file, 'second');
  const { me } = basic.auth?.basic ?? {};
  expect(typeof me === 'function' && me()).toBe('second');
  expect(typeof bearer.auth?.bearer === 'function' && bearer.auth.bearer()).toBe('second');
});

test('every setting of a dragonfly target reaches it', async () => {
  const options =
    await optionsOf(`{ name: t, kind: dragonfly, url: "http://t", scope: all_peers, clusters: [1],
    registry: "http://nodes", ips: [10.0.0.1], count: 2, percentage: 3, piecelength: 4MiB, tag: a, application: b,
    filteredqueryparams: c, tasks: 4, peers: 5, jobtimeout: 1h, credentials: false, verify: true }`);
  expect(options).toMatchObject({
    kind: 'dragonfly',
    url: 'http://t',
    scope: 'all_peers',
    clusters: [1],
    registry: 'http://nodes',
    ips: ['10.0.0.1'],
    count: 2,
    percentage: 3,
    piecelength: 4_194_304,
    tag: 'a',
    application: 'b',
    filteredqueryparams: 'c',
    tasks: 4,
    peers: 5,
    jobtimeout: 3_600_000,
    credentials: false,
    verify: true,
  });
});

test('where a cache and an origin may lead to reaches their targets', async () => {
  const elsewhere = { realms: ['auth.example.net'], addresses: ['10.0.0.0/8'] };
  const { realms, addresses } = elsewhere;
  const cache = `{ name: t, kind: pull-through, url: "http://t", realms: [${realms}], addresses: [${addresses}] }`;
  expect(await optionsOf(cache)).toMatchObject(elsewhere);
  const kraken = `{ name: t, kind: kraken, origin: "http://t", addresses: [${addresses}] }`;
  expect(await optionsOf(kraken)).toMatchObject({ addresses });
});

test('every setting of a kruise target reaches it', async () => {
  const options =
    await optionsOf(`{ name: t, kind: kruise, url: "http://t", namespace: n, registry: "https://nodes",
    selector: { matchlabels: { pool: gpu } }, pullsecrets: [s], parallelism: 2, pulltimeout: 1m, jobtimeout: 1h,
    ttl: 2m, backofflimit: 0 }`);
  expect(options).toMatchObject({
    kind: 'kruise',
    namespace: 'n',
    registry: 'https://nodes',
    selector: { matchlabels: { pool: 'gpu' } },
    pullsecrets: ['s'],
    parallelism: 2,
    pulltimeout: 60_000,
    jobtimeout: 3_600_000,
    ttl: 120_000,
    backofflimit: 0,
  });
});

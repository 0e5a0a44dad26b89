import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@longshore/config';
import { afterAll, expect, test } from 'vitest';
import { createSourceRegistries } from './registries.js';

const TEXT = `
archive: {}
sources: [{ name: eu, kind: distribution }, { name: us, kind: distribution }]
registries:
  - { source: eu, url: https://eu.example.com, auth: { basic: { reader: env:EU_PASSWORD } } }
  - { source: us, url: https://us.example.com, auth: { basic: { reader: env:US_PASSWORD } } }
`;

const folder = mkdtempSync(join(tmpdir(), 'longshore-registries-'));
const file = join(folder, 'longshore.yml');
writeFileSync(file, TEXT);
afterAll(() => rmSync(folder, { recursive: true }));

function configWith(env: Record<string, string>) {
  const { config, problems } = readConfig(file, env);
  if (!config) throw new Error(problems.map(({ message }) => message).join());
  return config;
}

test('a registry whose secret is missing is unknown, and said so; the others are there, and so is it later', async () => {
  let config = configWith({ US_PASSWORD: 'secret' });
  const faults: string[] = [];
  const registries = createSourceRegistries(
    () => config,
    'longshore/1',
    (source, { code, message }) => faults.push(`${source} ${code} ${message}`),
  );
  expect(registries.registryOf('eu')).toBeUndefined();
  expect(registries.registryOf('us')).toBeDefined();
  expect(registries.registryOf('us')).toBe(registries.registryOf('us'));
  expect(registries.registryOf('none')).toBeUndefined();
  expect(faults).toEqual([expect.stringMatching(/^eu SECRET_MISSING env:EU_PASSWORD /)]);
  config = configWith({ US_PASSWORD: 'secret', EU_PASSWORD: 'secret' });
  expect(registries.registryOf('eu')).toBeDefined();
  await registries.close();
});

/** What the command loads before it knows what it is to do, and what a process with one role leaves out. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const IMPORT = /^(?:import|export)\b[^;]*?\bfrom '([^']+)';|^import '([^']+)';/gms;

/** Packages of others that a built file loads, with all files of ours that it imports; `import()` is not followed. */
function packagesLoadedBy(file: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
  if (seen.has(file)) return found;
  seen.add(file);
  const require = createRequire(file);
  for (const [, named, bare] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const wanted = named ?? bare ?? '';
    if (wanted.startsWith('node:')) continue;
    if (/^(\.|@longshore\/)/.test(wanted)) packagesLoadedBy(require.resolve(wanted), seen, found);
    else found.add(wanted);
  }
  return found;
}

const built = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));

test('help and wrong usage load neither the schemas nor a client of Redis', () => {
  expect([...packagesLoadedBy(built('main'))]).toEqual(['commander']);
});

test('a command that looks into a relay loads no library that it uses with some configurations only', () => {
  const loaded = packagesLoadedBy(built('operator/status'));
  expect(loaded).toContain('ioredis');
  for (const others of [
    'bullmq',
    'undici',
    'jose',
    'pg',
    'semver',
    're2js',
    '@marcbachmann/cel-js',
    'liquidjs',
  ])
    expect(loaded).not.toContain(others);
});

test('a process loads the code of a role when it starts that role', () => {
  const loaded = packagesLoadedBy(built('run'));
  expect(loaded).toContain('ioredis');
  for (const others of ['@bull-board/api', 'preact', 'got']) expect(loaded).not.toContain(others);
});

test('the client of OpenID Connect is loaded when an issuer is configured', () => {
  const dashboard = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));
  expect([...packagesLoadedBy(`${dashboard}index.js`)]).not.toContain('openid-client');
  expect([...packagesLoadedBy(`${dashboard}access/oidc/oidc.js`)]).toContain('openid-client');
});

test('OpenTelemetry is loaded when an OTLP endpoint is set', () => {
  const file = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const withoutSpans = [
    'apps/longshore/dist/run.js',
    'apps/ingest/dist/index.js',
    'apps/worker/dist/index.js',
  ];
  const isTheirs = (name: string): boolean => name.startsWith('@opentelemetry/');
  for (const path of withoutSpans) expect([...packagesLoadedBy(file(path))].filter(isTheirs)).toEqual([]);
  const exporter = packagesLoadedBy(file('packages/tracing/dist/otlp.js'));
  expect([...exporter].filter(isTheirs)).toContain('@opentelemetry/sdk-trace-base');
});

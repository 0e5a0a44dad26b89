/**
 * The chart of infra/helm. What its value sets render to is committed, with the sums of what it was made from, so that
 * it is checked where there is no Helm. Where Helm is (PATH, or HELM) it renders and refuses by itself.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { toolPath } from '../packages/testkit/dist/tools.js';
import { CHART, goldenOf, inputsOf, ROOT, SETS, VERSIONS, valuesSchema } from './helm/chart.mjs';

const run = promisify(execFile);
const read = (file) => readFile(join(CHART, file), 'utf8');
const HELM = process.env.HELM || toolPath('helm');

/** Kinds that clusters get from others, of which no schema is committed. */
const OTHERS = ['HTTPRoute', 'PrometheusRule', 'ScaledObject', 'ServiceMonitor'];

const golden = (name) => read(`ci/golden/${name}.yaml`);
const objects = async (name) => parseAllDocuments(await golden(name)).flatMap((one) => one.toJS() ?? []);
const podOf = (object) => (object.kind === 'Pod' ? object : object.spec?.template);

test.each(SETS)('%s: the rendering is that of these templates and values', async (name) => {
  const head = Object.entries(await inputsOf(name)).map(([of, sum]) => `# ${of}: sha256:${sum}`);
  expect(
    (await golden(name)).split('\n').slice(1, 5),
    'run node scripts/gen-helm.mjs --helm PROGRAM',
  ).toEqual(head);
});

test('the schema of the values and the files are fresh', async () => {
  expect(JSON.parse(await read('values.schema.json'))).toEqual(await valuesSchema());
  for (const [file, from] of [
    ['rules.yml', 'infra/prometheus/rules.yml'],
    ['grafana.json', 'infra/grafana/longshore.json'],
  ]) {
    expect(await read(`files/${file}`), 'run node scripts/gen-helm.mjs').toBe(
      await readFile(join(ROOT, from), 'utf8'),
    );
  }
});

test.each(VERSIONS)('Kubernetes %s takes every object', async (version) => {
  const { kinds, definitions } = JSON.parse(await read(`schemas/kubernetes-${version}.json`));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const checks = Object.fromEntries(
    Object.entries(kinds).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })]),
  );
  const found = new Set();
  for (const name of SETS) {
    for (const object of await objects(name)) {
      const { kind, metadata } = object;
      found.add(kind);
      if (OTHERS.includes(kind)) continue;
      const check = checks[kind];
      expect(check, kind).toBeDefined();
      check(object);
      expect(check.errors, `${name}: ${kind} ${metadata.name}`).toBeNull();
    }
  }
  expect([...found].sort()).toEqual([...Object.keys(kinds), ...OTHERS].sort());
  // The check finds what is wrong.
  const [wrong] = (await objects('default')).filter(({ kind }) => kind === 'Deployment');
  wrong.spec.template.spec.containers[0].imagee = 'x';
  expect(checks.Deployment(wrong)).toBe(false);
});

test('the schema takes the value sets and the samples, and refuses what is misspelt', async () => {
  const check = new Ajv({ strict: false, validateFormats: false }).compile(await valuesSchema());
  for (const name of SETS) {
    check(parse(await read(`ci/${name}.yaml`)));
    expect(check.errors, name).toBeNull();
  }
  const config = parse(await readFile(join(ROOT, 'infra/compose/longshore.yml'), 'utf8'));
  expect(check({ config, global: { any: 1 } })).toBe(true);
  expect(check({ config: { endpointz: [] } })).toBe(false);
  expect(check({ worker: { replica: 1 } })).toBe(false);
});

test.each(SETS)(
  '%s: every pod is restricted, and has no token and no more variables than it needs',
  async (name) => {
    const pods = (await objects(name)).flatMap((object) => podOf(object)?.spec ?? []);
    expect(pods.length).toBeGreaterThan(2);
    for (const { securityContext, containers, enableServiceLinks, automountServiceAccountToken } of pods) {
      expect(securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect([enableServiceLinks, automountServiceAccountToken]).toEqual([
        false,
        name === 'harbor' ? expect.any(Boolean) : false,
      ]);
      for (const { securityContext: own } of containers) {
        expect(own).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  },
);

describe('what the chart decides', () => {
  const named = async (set, kind, name) =>
    (await objects(set)).find((one) => one.kind === kind && one.metadata.name === `relay-longshore${name}`);
  const container = async (set, kind, name) =>
    (await named(set, kind, name)).spec.template.spec.containers[0];
  const variable = ({ env }, name) => env.find((one) => one.name === name);

  test('the defaults wait for the Secret of Redis, and keep the dashboard to its pod', async () => {
    const dashboard = await container('default', 'Deployment', '-dashboard');
    expect(variable(dashboard, 'LONGSHORE_REDIS_URL')).toMatchObject({
      valueFrom: { secretKeyRef: { name: 'relay-redis', key: 'url' } },
    });
    expect(variable(dashboard, 'LONGSHORE_DASHBOARD_LISTEN').value).toBe('127.0.0.1:5081');
    expect(await named('default', 'Service', '-dashboard')).toBeUndefined();
    const open = await container('trial', 'Deployment', '-dashboard');
    expect(variable(open, 'LONGSHORE_DASHBOARD_LISTEN').value).toBe(':5081');
    expect(await named('trial', 'Service', '-dashboard')).toBeDefined();
  });

  test('with a spool each replica has a disk, and stays in the Service without Redis', async () => {
    const ingest = await named('default', 'StatefulSet', '-ingest');
    expect(ingest.spec.volumeClaimTemplates[0].metadata.name).toBe('data');
    const [one] = ingest.spec.template.spec.containers;
    expect(one.readinessProbe.httpGet.path).toBe('/healthz');
    expect(one.lifecycle.preStop.sleep.seconds).toBe(10);
    const without = await container('gateway', 'Deployment', '-ingest');
    expect(without.readinessProbe.httpGet.path).toBe('/readyz');
    expect(variable(without, 'LONGSHORE_INGEST_SPOOL_ENABLED').value).toBe('false');
  });

  test('what scales sets the replicas, and workers never go to zero', async () => {
    expect((await named('production', 'Deployment', '-worker')).spec.replicas).toBeUndefined();
    expect((await named('production', 'HorizontalPodAutoscaler', '-ingest')).spec.scaleTargetRef.kind).toBe(
      'StatefulSet',
    );
    const { spec } = await named('gateway', 'ScaledObject', '-worker');
    expect(spec.minReplicaCount).toBe(1);
    expect(spec.triggers[0].metadata).toMatchObject({ ignoreNullValues: 'false' });
  });

  test('the admin port is on no Service with an address', async () => {
    for (const set of SETS) {
      for (const { kind, spec } of await objects(set)) {
        if (kind !== 'Service' || !spec.ports.some(({ targetPort }) => targetPort === 'admin')) continue;
        expect(spec.clusterIP).toBe('None');
      }
    }
  });
});

/** Values that must not render, and words of the refusal. */
const REFUSED = [
  ['config.dashboard.auth.basic.ops=plain', 'secret written out'],
  ['config.redis.url=redis://:word@redis', 'password in its url'],
  ['config.endpointz=1', "additional properties 'endpointz' not allowed"],
  ['dashboard.ingress.enabled=true', 'needs config.dashboard.auth'],
  ['worker.keda.enabled=true', 'serverAddress is empty'],
  ['ingest.route.enabled=true', 'name the Gateway'],
  ['config.archive.retention=90d', 'config.archive.url is empty'],
];

describe.skipIf(!HELM)('with Helm', () => {
  const helm = (args) => run(HELM ?? '', args);

  test('it lints, and renders what is committed', async () => {
    await helm(['lint', '--strict', CHART]);
    for (const name of SETS) expect(await goldenOf(name, helm)).toBe(await golden(name));
  });

  test.each(REFUSED)('%s is refused: %s', async (set, words) => {
    const args = ['template', 'relay', CHART, '--kube-version', VERSIONS[0], '--set', set];
    await expect(helm(args)).rejects.toThrow(words);
  });
});

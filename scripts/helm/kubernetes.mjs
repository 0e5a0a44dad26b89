// Writes infra/helm/schemas: what of Kubernetes' schemas the kinds of the chart need, for the oldest and the newest
// version. `node scripts/helm/kubernetes.mjs FOLDER`: the `kubernetes-json-schema` of the PyPI package kubernetes-validate.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CHART, VERSIONS } from './chart.mjs';

/** By kind, the file in the folder. */
const KINDS = {
  ConfigMap: 'configmap-v1',
  Deployment: 'deployment-apps-v1',
  HorizontalPodAutoscaler: 'horizontalpodautoscaler-autoscaling-v2',
  Ingress: 'ingress-networking-v1',
  NetworkPolicy: 'networkpolicy-networking-v1',
  Pod: 'pod-v1',
  PodDisruptionBudget: 'poddisruptionbudget-policy-v1',
  Role: 'role-rbac-v1',
  RoleBinding: 'rolebinding-rbac-v1',
  Service: 'service-v1',
  ServiceAccount: 'serviceaccount-v1',
  StatefulSet: 'statefulset-apps-v1',
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('name the folder kubernetes-json-schema of the package kubernetes-validate');
await mkdir(path.join(CHART, 'schemas'), { recursive: true });
for (const version of VERSIONS) {
  const read = async (name) =>
    JSON.parse(await readFile(path.join(folder, `v${version}-local-strict`, `${name}.json`), 'utf8'));
  const all = await read('_definitions');
  const definitions = {};
  const kinds = {};
  for (const [kind, file] of Object.entries(KINDS)) kinds[kind] = bare(await read(file), definitions, all);
  const text = `${JSON.stringify({ kinds, definitions })}\n`;
  await writeFile(path.join(CHART, 'schemas', `kubernetes-${version}.json`), text);
}

/** Without descriptions; takes over each definition that it refers to. */
function bare(schema, definitions, all) {
  if (Array.isArray(schema)) return schema.map((item) => bare(item, definitions, all));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(
        ([key, value]) =>
          !(key === 'description' && typeof value === 'string') &&
          !['$schema', '$id'].includes(key) &&
          !key.startsWith('x-'),
      )
      .map(([key, value]) => [
        key,
        key === '$ref' ? refer(value, definitions, all) : bare(value, definitions, all),
      ]),
  );
}

function refer(ref, definitions, all) {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  if (!Object.hasOwn(definitions, name)) {
    definitions[name] = {};
    const found = all.$defs[name];
    if (!found) throw new Error(`no definition ${name}`);
    Object.assign(definitions[name], bare(found, definitions, all));
  }
  return `#/definitions/${name}`;
}

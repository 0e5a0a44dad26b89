// Writes what of infra/helm is made from something else: the schema of the values, and the alert rules and the board of
// Grafana in it. `--check` writes nothing and exits 1 naming each stale file (CI). With Helm (`--helm PROGRAM`) also
// what the value sets of infra/helm/ci render to. gen-reference.mjs and gen-grafana.mjs do the same without Helm.
import { parseArgs } from 'node:util';
import { writeChart } from './helm/write.mjs';

const { values } = parseArgs({ options: { check: { type: 'boolean' }, helm: { type: 'string' } } });
if (!(await writeChart(values))) process.exitCode = 1;

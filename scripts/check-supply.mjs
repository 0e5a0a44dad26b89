// What Longshore is made of that others wrote: licences, install scripts, known vulnerabilities. Exits with 1 on a fault.
// A registry that does not answer the question for vulnerabilities is named in one line, and is no fault.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { auditFaults } from './supply/audit.mjs';
import { installScriptFaults } from './supply/install-scripts.mjs';
import { licenseFaults } from './supply/licenses.mjs';
import { installedPackages, productionPackages } from './supply/packages.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (file) => readFile(join(ROOT, file), 'utf8');

const { packageManager } = JSON.parse(await read('package.json'));
const { allowBuilds } = parse(await read('pnpm-workspace.yaml'));
const [packages, installed, audit] = await Promise.all([
  productionPackages(ROOT),
  installedPackages(ROOT),
  auditFaults(ROOT, packageManager),
]);
const faults = [
  ...licenseFaults(packages, installed),
  ...installScriptFaults(installed, allowBuilds),
  ...audit.faults,
];
for (const fault of faults) console.error(fault);
const vulnerabilities = audit.unanswered
  ? `vulnerabilities were not looked up (${audit.unanswered})`
  : 'no known vulnerability of severity high';
if (faults.length === 0) console.log(`supply chain: ${packages.length} packages; ${vulnerabilities}`);
process.exitCode = faults.length === 0 ? 0 : 1;

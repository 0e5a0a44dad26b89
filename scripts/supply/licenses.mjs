/** Licences of what Longshore runs with, against the list of those that Apache-2.0 software may ship with. */

import { licenseOf } from './packages.mjs';

/** SPDX identifiers: permissive, without duties beyond naming the authors. */
const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT'],
  ...['MIT-0', 'Python-2.0', 'Unlicense', 'PostgreSQL'],
]);

/** Whether a licence, or an expression of SPDX such as `(MIT OR GPL-3.0)`, is allowed. */
export function isAllowed(license) {
  if (typeof license !== 'string' || license === '') return false;
  const bare = license.replaceAll(/[()]/g, '');
  return bare.split(' OR ').some((one) => one.split(' AND ').every((id) => ALLOWED.has(id.trim())));
}

/**
 * One line for each package whose licence is not allowed.
 * @param packages of `productionPackages` @param installed of `installedPackages`; optional ones may be missing there
 */
export function licenseFaults(packages, installed) {
  return packages.flatMap(({ name, version }) => {
    const found = installed.get(`${name}@${version}`);
    const license = found && licenseOf(found.manifest);
    return found === undefined || isAllowed(license)
      ? []
      : [
          `${name}@${version}: license ${JSON.stringify(license)} is not in the list of scripts/supply/licenses.mjs`,
        ];
  });
}

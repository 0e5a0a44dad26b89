/** The software bill of materials: CycloneDX 1.6, from the lock file. The same lock file gives the same text. */

import { licenseOf } from './packages.mjs';

/**
 * @param packages of `productionPackages` @param installed of `installedPackages`, for licences and descriptions
 * @param about name, version and license of Longshore
 */
export function sbom(packages, installed, about) {
  const own = `pkg:npm/${about.name}@${about.version}`;
  const refs = new Map(packages.map(({ key, name, version }) => [key, purl(name, version)]));
  const dependsOn = (dependencies) => [...new Set(dependencies.map((key) => refs.get(key)))].toSorted();
  const below = new Map();
  for (const { key, dependencies } of packages) {
    const ref = refs.get(key);
    below.set(ref, [...(below.get(ref) ?? []), ...dependencies]);
  }
  const unique = new Map(packages.map((one) => [refs.get(one.key), one]));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        ...about,
        licenses: licensesOf(about.license),
        license: undefined,
      },
    },
    components: Array.from(unique, ([ref, one]) => component(ref, one, installed)),
    dependencies: [
      { ref: own, dependsOn: [...unique.keys()] },
      ...Array.from(below, ([ref, dependencies]) => ({ ref, dependsOn: dependsOn(dependencies) })),
    ],
  };
}

const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const licensesOf = (license) =>
  /^[\w.-]+$/.test(license ?? '') ? [{ license: { id: license } }] : [{ expression: license }];

function component(ref, { name, version, integrity }, installed) {
  const found = installed.get(`${name}@${version}`);
  const license = found && licenseOf(found.manifest);
  return {
    type: 'library',
    'bom-ref': ref,
    name,
    version,
    ...(license && { licenses: licensesOf(license) }),
    purl: ref,
    ...(integrity && { hashes: [hashOf(integrity)] }),
  };
}

/** `sha512-BASE64` */
function hashOf(integrity) {
  const [algorithm, base64] = integrity.split('-', 2);
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
}

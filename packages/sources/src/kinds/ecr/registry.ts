/** A registry of ECR is an account in a region. */

/** DNS suffix of the partitions besides `aws`, by how their regions begin (botocore `partitions.json`). */
const SUFFIXES: readonly (readonly [region: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/** The registry's public name; undefined unless both look like what they should be. */
export function hostOfRegistry(account: string | undefined, region: string | undefined): string | undefined {
  if (!account || !region || !/^\d{12}$/.test(account) || !/^[a-z0-9-]{1,32}$/.test(region)) return undefined;
  const [, suffix = 'amazonaws.com'] = SUFFIXES.find(([start]) => region.startsWith(start)) ?? [];
  return `${account}.dkr.ecr.${region}.${suffix}`;
}

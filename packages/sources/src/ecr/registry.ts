/** A registry of ECR is an account in a region. */

/** The registry's public name; undefined unless both look like what they should be. */
export function hostOfRegistry(account: string | undefined, region: string | undefined): string | undefined {
  if (!account || !region || !/^\d{12}$/.test(account) || !/^[a-z0-9-]{1,32}$/.test(region)) return undefined;
  const china = region.startsWith('cn-') ? '.cn' : '';
  return `${account}.dkr.ecr.${region}.amazonaws.com${china}`;
}

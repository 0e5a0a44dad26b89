/** Compares two registries: what each tag of a plan names in both, and what refers to it. */
import { plural } from '@longshore/event';
import { openRegistry, type Registry } from '@longshore/registry-client';
import { registryAt } from '../copy-registry.js';
import { each } from './each.js';
import { missingReferrers } from './referrers.js';
import { retrying, unlessMissing } from './retrying.js';
import type { MigratedTag, Migration, MigrationComparison } from './types.js';

/** Tags asked for at once. */
const CONCURRENCY = 8;

/** Never rejects for an answer of a registry. @throws LongshoreError SECRET_MISSING */
export async function verifyMigration(
  parts: Migration & { onProgress(compared: MigrationComparison): void },
): Promise<MigrationComparison> {
  const { to, tags, version, signal, onProgress } = parts;
  const found: MigrationComparison = {
    ...{ total: tags.length, same: 0, gone: 0, different: 0, unknown: 0, left: tags.length },
    ...{ differences: [], errors: [] },
  };
  const opened = new Map<string, Registry>();
  const at = (url: string, side: 'registry' | 'target'): Registry => {
    const key = `${side} ${url}`;
    const known =
      opened.get(key) ?? openRegistry({ ...registryAt(url, side, parts), userAgent: `longshore/${version}` });
    opened.set(key, known);
    return known;
  };
  const compare = async ({ registry, repository, tag }: MigratedTag): Promise<void> => {
    const image = `${repository}:${tag}`;
    const digestIn = async (one: Registry) =>
      (await retrying(() => one.resolve(repository, tag, signal), signal).catch(unlessMissing))?.digest;
    try {
      const [source, target] = [at(registry, 'registry'), at(to, 'target')];
      const [is, there] = await Promise.all([digestIn(source), digestIn(target)]);
      if (is === undefined) found.gone++;
      else {
        const both = { source, target, repository, digest: is, signal };
        const why = is === there ? lacking(await missingReferrers(both)) : differing(is, there);
        if (why === undefined) found.same++;
        else {
          found.different++;
          found.differences.push({ image, why });
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      found.unknown++;
      found.errors.push({ image, why: error instanceof Error ? error.message : String(error) });
    }
    found.left--;
    onProgress(found);
  };
  try {
    await each(tags, { concurrency: CONCURRENCY, signal }, compare);
  } finally {
    await Promise.all(Array.from(opened.values(), (one) => one.close()));
  }
  return found;
}

const differing = (is: string, there: string | undefined): string =>
  there === undefined ? 'is not at the target' : `is ${is}, and ${there} at the target`;

/** Undefined: nothing is missing. */
const lacking = (missing: readonly string[]): string | undefined =>
  missing.length === 0
    ? undefined
    : `is without ${plural(missing.length, 'referrer')} at the target: ${missing.join(', ')}`;

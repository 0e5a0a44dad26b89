/** Compares the tags of one repository. Pure. */
import type { Finding, KnownTag } from './types.js';

/** One repository as both sides have it. */
export interface Compared {
  repository: string;
  /** What the registry has, by tag. `absent`: it answered 404 for this tag. */
  there: ReadonlyMap<string, string | 'absent'>;
  /** What the archive has, read after the registry was asked. */
  here: ReadonlyMap<string, KnownTag>;
  /** ISO 8601: when the registry was asked. What the archive has of a later time is newer than the answer. */
  lookedAt: string;
  /** When all was right the last time. */
  provenAt?: string;
}

/** A tag that the registry was not asked for is in no finding. */
export function compare({ repository, there, here, lookedAt, provenAt }: Compared): Finding[] {
  return Array.from(there).flatMap(([tag, found]): Finding[] => {
    const known = here.get(tag);
    if (known?.at !== undefined && later(known.at, lookedAt)) return [];
    const since = [known?.at, provenAt]
      .flatMap((at) => at ?? [])
      .sort(byTime)
      .at(-1);
    const finding = { repository, tag, ...(since !== undefined && { since }) };
    if (found === 'absent') {
      if (!known || known.deleted || known.at === undefined) return [];
      return [{ ...finding, kind: 'deleted', ...(known.digest !== undefined && { digest: known.digest }) }];
    }
    // Some registries send no digest with a push: then the archive knows that the tag is there, and no more.
    if (known && !known.deleted && known.at !== undefined && known.digest === undefined) return [];
    if (!known || known.deleted || known.at === undefined)
      return [{ ...finding, kind: 'missing', digest: found }];
    return known.digest === found ? [] : [{ ...finding, kind: 'moved', digest: found }];
  });
}

const byTime = (a: string, b: string): number => Date.parse(a) - Date.parse(b);
const later = (a: string, b: string): boolean => byTime(a, b) > 0;

import type { EventView, HistoryEntry, HistoryTerms } from '@longshore/event';
/**
 * What an entry can be found by, as numbers of 32 bits: event and delivery, repository, tag, digest. A number may
 * stand for two things; a search that finds a chunk by it checks the entries themselves.
 */

/** One letter for each kind of thing, so that a repository is not found as a tag. */
export const term = {
  event: (id: string) => hash(`e${id}`),
  delivery: (id: string) => hash(`d${id}`),
  quarantine: (id: string) => hash(`q${id}`),
  repository: (name: string) => hash(`r${name}`),
  tag: (repository: string, tag: string) => hash(`t${repository}:${tag}`),
  /** Of the first {@link SHORTEST_DIGEST} digits, so that a digest is found by its beginning. */
  digest: (hex: string) => hash(`h${hex.slice(0, SHORTEST_DIGEST)}`),
  gap: () => hash('g'),
};

/** As `docker images` prints them. */
export const SHORTEST_DIGEST = 12;

/** The digits of a digest, without its algorithm. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1).toLowerCase();

/** A chunk that holds what is wanted has one of these. */
export function termsIn(wanted: HistoryTerms): Set<number> {
  const { events = [], deliveries = [], quarantined = [], repositories = [], tags = [] } = wanted;
  return new Set([
    ...events.map(term.event),
    ...deliveries.map(term.delivery),
    ...quarantined.map(term.quarantine),
    ...repositories.map(term.repository),
    ...tags.map(({ repository, tag }) => term.tag(repository, tag)),
    ...(wanted.digests ?? []).map((digest) => term.digest(hexOf(digest))),
    ...(wanted.gaps ? [term.gap()] : []),
  ]);
}

/** Every term under which the entry is to be found. */
export function termsOf(entry: HistoryEntry): number[] {
  switch (entry.step) {
    case 'received': {
      const deliveries = entry.planned.map(({ deliveryId }) => term.delivery(deliveryId));
      return [term.event(entry.eventId), ...deliveries, ...termsOfView(entry.view)];
    }
    case 'quarantined':
    case 'unquarantined':
      return [term.quarantine(entry.quarantineId)];
    case 'gap':
      return [term.gap()];
    default: {
      const terms = [term.delivery(entry.deliveryId)];
      if (entry.eventId !== undefined) terms.push(term.event(entry.eventId));
      if (entry.step === 'attempted' && entry.view) terms.push(...termsOfView(entry.view));
      return terms;
    }
  }
}

function termsOfView({ repository, tag, digest }: EventView): number[] {
  const terms: number[] = [];
  if (repository) terms.push(term.repository(repository));
  if (repository && tag) terms.push(term.tag(repository, tag));
  if (digest) terms.push(term.digest(hexOf(digest)));
  return terms;
}

/** FNV-1a over UTF-16, with a last round that spreads what differs at the end only. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) value = Math.imul(value ^ text.charCodeAt(n), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}

/**
 * What somebody may have meant by the text that they look for. It is taken for everything that it can be, since
 * event ids may look like anything; entries decide. Pure.
 */
import type { EventView, HistoryEntry, HistoryTerms } from '@longshore/event';
import { hexOf, SHORTEST_DIGEST } from './terms.js';

/** A search that is understood. */
export interface Wanted {
  /** The text without white space around it. */
  text: string;
  /** May be a delivery's or a quarantine entry's id. */
  isId: boolean;
  /** What it was taken for, in words. */
  understood: string[];
  /** An entry that is wanted has one of these. */
  terms: HistoryTerms;
  matches(entry: HistoryEntry): boolean;
  /** What to look for in bodies that could not be read. */
  inBodies: string;
}

interface Named {
  /** The repository, with and without the registry's host. */
  repositories: string[];
  tag?: string;
}

const ID = /^[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DIGEST = new RegExp(`^(?:[a-z0-9+._-]+:)?[0-9a-f]{${SHORTEST_DIGEST},}$`, 'i');

/** See the header. */
export function understand(search: string): Wanted {
  const text = search.trim();
  const reference = text.replace(/^[a-z]+:\/\//, '');
  const at = reference.lastIndexOf('@');
  const digest = at >= 0 ? reference.slice(at + 1) : DIGEST.test(reference) ? reference : undefined;
  const name = at >= 0 ? reference.slice(0, at) : reference;
  // A digest and a tag of many digits look alike; a UUID and a bare id are no repository that anybody has.
  const named = name === '' || UUID.test(name) || ID.test(name) ? undefined : namedBy(name);
  const both = at >= 0;

  const isView = (view: EventView): boolean => {
    const byDigest = digest !== undefined && hasDigest(view, digest);
    const byName = named !== undefined && isNamed(view, named, both);
    return both ? byDigest && (named === undefined || byName) : byDigest || byName;
  };
  return {
    text,
    isId: ID.test(text),
    understood: wordsFor({ isId: ID.test(text), both, digest, named }),
    terms: {
      events: [text],
      deliveries: [text],
      quarantined: [text],
      ...(digest !== undefined && { digests: [digest] }),
      ...(named && !both && termsFor(named)),
    },
    matches: (entry) => hasId(entry, text) || ('view' in entry && !!entry.view && isView(entry.view)),
    inBodies: digest ?? named?.repositories.at(-1) ?? text,
  };
}

/** `registry.example.com:5000/acme/app:1.0`: the host is none of the repository's name in events. */
function namedBy(name: string): Named {
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  const repository = hasTag ? name.slice(0, colon) : name;
  const [host = '', ...rest] = repository.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return {
    repositories: hasHost ? [repository, rest.join('/')] : [repository],
    ...(hasTag && { tag: name.slice(colon + 1) }),
  };
}

const termsFor = ({ repositories, tag }: Named): HistoryTerms =>
  tag === undefined ? { repositories } : { tags: repositories.map((repository) => ({ repository, tag })) };

/** Beside a digest the tag is a remark: the digest is what the reference means. */
function isNamed(view: EventView, { repositories, tag }: Named, besideDigest: boolean): boolean {
  const isRepository = view.repository !== undefined && repositories.includes(view.repository);
  return isRepository && (tag === undefined || besideDigest || view.tag === tag);
}

function hasDigest(view: EventView, digest: string): boolean {
  const algorithm = digest.includes(':') ? `${digest.split(':')[0]?.toLowerCase()}:` : '';
  const own = view.digest?.toLowerCase();
  return own?.startsWith(algorithm) === true && hexOf(own).startsWith(hexOf(digest));
}

function hasId(entry: HistoryEntry, id: string): boolean {
  if (entry.step === 'gap') return false;
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') return entry.quarantineId === id;
  if (entry.eventId === id) return true;
  return entry.step === 'received'
    ? entry.planned.some(({ deliveryId }) => deliveryId === id)
    : entry.deliveryId === id;
}

function wordsFor(taken: { isId: boolean; both: boolean; digest?: string; named?: Named }): string[] {
  const { isId, both, digest, named } = taken;
  const repository = named?.repositories.at(-1);
  const byName =
    named?.tag === undefined || both ? `repository ${repository}` : `tag ${named.tag} of ${repository}`;
  if (both) return [`digest ${digest}${named ? ` in ${byName}` : ''}`];
  return [
    'event id',
    ...(isId ? ['delivery id', 'quarantine id'] : []),
    ...(digest === undefined ? [] : ['digest']),
    ...(named === undefined ? [] : [byName]),
  ];
}

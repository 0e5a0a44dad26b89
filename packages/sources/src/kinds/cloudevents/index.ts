/**
 * CloudEvents 1.0 of any sender, over HTTP in all three modes. What a type means and where in the event its
 * repository is can be set; unless it is, the usual names are tried. Kinds whose sender is known by the type
 * (Harbor, zot, Event Grid, ECR) are asked first.
 * Source: cloudevents/spec, `spec.md`, `bindings/http-protocol-binding.md` and `http-webhook.md`.
 */
import { ACTIONS, hostOf } from '@longshore/event';
import {
  CE_HEADERS,
  type CloudEvent,
  cloudEventsHandshake,
  cloudEventsOf,
  dedupeKey,
  modeOf,
} from '../../cloud-events.js';
import { at, textAt } from '../../json.js';
import type { Incoming, Kind, Reading } from '../../kind.js';
import type { Fields } from '../../normalize.js';
import type { FieldPointers, Meaning, SourceOptions } from '../../options.js';
import { parseReference } from '../../reference.js';

/** The kind `cloudevents`. */
export const cloudevents: Kind<CloudEvent> = {
  kind: 'cloudevents',
  sender: {
    onFailure: 'gives-up',
    words:
      'The specification asks senders to retry on 429 and 503; whether this one does, and for how long, only its own manual says.',
    advice:
      'Let it retry for as long as it can. If it keeps its events until they are accepted, set `spool: never` at the source.',
  },
  ...CE_HEADERS,
  options: ['host', 'types', 'fields'],
  recognizes: (raw, value) => modeOf(raw, value) !== undefined && 'perhaps',
  list: cloudEventsOf,
  read,
  handshake: cloudEventsHandshake,
  // Binary mode may hold everything in its headers.
  bodiless: (raw) => modeOf(raw, undefined) === 'binary',
};

/** The options' pointers lead into the event in structured form. */
function read({ value, attributes, data }: CloudEvent, { options }: Incoming): Reading {
  const { types, fields, host } = options;
  const { id, source, type, time } = attributes;
  if (type === undefined) return { refused: 'type is missing' };
  if (id === undefined) return { refused: 'id is missing' };
  const meaning = meaningOf(type, types);
  if (meaning === 'ignore') return { ignored: 'the type is ignored by the options of the source' };
  const usual = usualFields(attributes, data);
  const pointed = pointedAt(value, fields);
  return {
    dedupe: dedupeKey(source, id),
    event: {
      ...usual,
      ...pointed,
      host: pointed.host ?? usual.host ?? host,
      id,
      timestamp: time,
      action: meaning === 'other' ? otherWord(type) : meaning,
      nativeType: type,
    },
  };
}

/** The last word of `com.example.registry.image.pushed`, or all of `push`. */
const WORDS = new Map<string, Meaning>([
  ...ACTIONS.map((action): [string, Meaning] => [action, action]),
  ['pushed', 'push'],
  ['pulled', 'pull'],
  ['deleted', 'delete'],
  ['mounted', 'mount'],
]);

function meaningOf(type: string, types: SourceOptions['types'] = {}): Meaning {
  if (Object.hasOwn(types, type)) return types[type] ?? 'other';
  const pattern = Object.keys(types)
    .filter((one) => one.endsWith('*') && type.startsWith(one.slice(0, -1)))
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
  const last = type.slice(lastSeparator(type) + 1).toLowerCase();
  return types[pattern] ?? WORDS.get(last) ?? 'other';
}

/** Where the last word of a type begins; a loop, because an expression for it tries each character of a long one. */
function lastSeparator(type: string): number {
  let at = type.length - 1;
  while (at >= 0 && !'./:_-'.includes(type[at] ?? '')) at -= 1;
  return at;
}

/** A type that is spelled like an action, and is none by the options, must not become one. */
function otherWord(type: string): string {
  return (ACTIONS as readonly string[]).includes(type) ? `cloudevents:${type}` : type;
}

/** The names of argocd-image-updater's documentation; a subject only where it is a reference to an image. */
function usualFields({ subject = '' }: CloudEvent['attributes'], data: unknown): Fields & { host?: string } {
  const named = parseReference(subject);
  const repository = textAt(data, 'repository') ?? textAt(data, 'repositoryName') ?? named?.repository;
  const same = repository === named?.repository ? named : undefined;
  const registry = textAt(data, 'registry') ?? textAt(data, 'registryUrl');
  return {
    repository,
    tag: textAt(data, 'tag') ?? textAt(data, 'imageTag') ?? same?.tag,
    digest: textAt(data, 'digest') ?? textAt(data, 'imageDigest') ?? same?.digest,
    mediaType: at(data, 'mediaType'),
    ...(registry && { host: hostOf(registry) ?? registry.replace(/\/.*$/s, '') }),
  };
}

function pointedAt(whole: unknown, pointers: FieldPointers = {}): Fields & { host?: string } {
  const { mediatype: mediaType, host, ...others } = pointers;
  const found: Record<string, unknown> = {};
  for (const [name, pointer] of Object.entries({ ...others, mediaType, host })) {
    if (pointer !== undefined) found[name] = valueAt(whole, pointer);
  }
  if (typeof found.host !== 'string') delete found.host;
  return found;
}

/** RFC 6901. */
function valueAt(value: unknown, pointer: string): unknown {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  let found = value;
  for (const name of names) {
    found = Array.isArray(found) && /^\d{1,6}$/.test(name) ? found[Number(name)] : at(found, name);
  }
  return found;
}

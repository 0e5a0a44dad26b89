/**
 * An endpoint's rules, compiled once. Ingest asks them so that what is ignored anyway costs no Redis; the
 * worker asks the same function again before it delivers, because the configuration may have changed.
 *
 * Media types and actions match as in the registry: exactly, case included, and `""` stands for "none".
 */
import {
  type EventClass,
  type EventView,
  type Facts,
  globMatcher,
  lacks,
  MAX_TAG_LENGTH,
  type Needs,
  type Payload,
  payloadValue,
} from '@longshore/event';
import { compileFilter } from './where.js';

/** The rules by which an endpoint ignores an event, and the setting that holds each; `only_…`: of endpoints of kind preheat and copy. In the order in which they are asked. */
export const RULES = {
  accept: 'accept, which does not list this class of events',
  mediatype: 'ignore.mediatypes',
  action: 'ignore.actions',
  repository: 'ignore.repositories',
  tag: 'ignore.tags',
  source: 'ignore.sources',
  format: 'format, which needs a field or an action that this event does not have',
  where: 'where, which is false for this event',
  own_pull: 'ownpulls: Longshore made this pull itself',
  loop: 'copy.chain, which is false: Longshore pushed this itself',
  only_actions: 'preheat.actions; kind copy takes push, and delete with copy.deletes',
  only_images: 'preheat or copy, which take only events that name an image',
  only_manifests: 'preheat or copy, which wait for the manifest that lists the blob',
  only_repositories: 'repositories of preheat or copy',
  only_tags: 'tags of preheat or copy',
} as const;

/** One of {@link RULES}. */
export type Rule = keyof typeof RULES;

/** What routing reads of an endpoint's settings. */
export interface RoutedEndpoint {
  name: string;
  /** True: gets nothing and is not planned for. */
  disabled: boolean;
  /** Classes of events that it takes. */
  accept: readonly EventClass[];
  /** Events that any of these matches do not go to it. */
  ignore: {
    /** Exact; `""` matches events without a media type. */
    mediatypes: readonly string[];
    /** Exact. */
    actions: readonly string[];
    /** Globs; `**` crosses slashes, `*` does not. */
    repositories: readonly string[];
    /** Globs. An event without a tag matches none of them; one with several tags is ignored if all of them match. */
    tags: readonly string[];
    /** Names of sources; `reconcile`: events that a comparison with the registry found. Absent: none. */
    sources?: readonly string[];
  };
  /** True: it also gets the pulls that Longshore made itself. */
  ownpulls?: boolean;
  /** False: it does not get the pushes that Longshore made itself. Absent: it does. */
  chain?: boolean;
  /** Of its format: an event without these would be refused by the receiver. */
  needs?: Needs;
  /** Stands in the place of the registry's host. */
  host?: string;
  /** A filter in CEL, which was checked: only events for which it is true go to it, or for which it fails. */
  where?: string;
  /** Of endpoints that work on images: only these events go to it, and only those that name an image. */
  only?: {
    /** Exact. */
    actions: readonly string[];
    /** Globs; empty for every one. */
    repositories: readonly string[];
    /** Globs; empty for every one, and for none at all. */
    tags: readonly string[];
    /** Whether events without a tag go to it, whatever `tags` says. Absent: as `tags` says. */
    untagged?: boolean;
  };
}

/** What the rules look at: a `Delivery` is one, and so is an event with its view. */
export interface Subject {
  class: EventClass;
  view: EventView;
  /** Of the client whose request the event is about. Known at ingest only: a `Delivery` does not keep it. */
  useragent?: string;
  source?: string;
  /** What is delivered. Read only where an endpoint ignores the source `reconcile`. */
  payload?: Payload;
  /** All that is known of the event. Asked for only where a format or filter looks at it. */
  facts?(host?: string): Facts;
}

/** The first rule that ignores a subject, undefined when it is to be delivered. */
export type Ignores = (subject: Subject) => Rule | undefined;

/** Hears of a filter that failed on an event, which is then delivered. */
export type OnFault = (endpoint: string, error: Error) => void;

/** In `ignore.sources`: what a comparison with the registry found, whatever its source is. */
const RECONCILE = 'reconcile';

function isReconciled(payload: Payload): boolean {
  const { longshore } = payloadValue(payload);
  return (
    typeof longshore === 'object' && longshore !== null && Reflect.get(longshore, 'origin') === RECONCILE
  );
}

/** `disabled` is no rule: nothing is planned for such an endpoint. */
export function compileRules(endpoint: RoutedEndpoint, onFault?: OnFault): Ignores {
  const { accept, ignore, ownpulls, chain, needs, host, only } = endpoint;
  const sources = new Set(ignore.sources);
  const mediatypes = new Set(ignore.mediatypes);
  const actions = new Set(ignore.actions);
  const repository = globMatcher(ignore.repositories);
  const tag = globMatcher(ignore.tags, MAX_TAG_LENGTH);
  const misses = only && compileOnly(only);
  const filtered = compileWhere(endpoint, onFault);
  return (subject) => {
    const { class: eventClass, view, useragent, source, payload, facts } = subject;
    if (!accept.includes(eventClass)) return 'accept';
    if (mediatypes.has(view.mediaType ?? '')) return 'mediatype';
    if (actions.has(view.action)) return 'action';
    if (view.repository && repository(view.repository)) return 'repository';
    if (ignore.tags.length > 0 && areIgnored(tagsOf(subject), tag)) return 'tag';
    if (source !== undefined && sources.has(source)) return 'source';
    if (payload && sources.has(RECONCILE) && isReconciled(payload)) return 'source';
    if (needs && lacks({ ...view, host: host ?? facts?.().registry }, needs)) return 'format';
    if (filtered && facts && filtered(facts(host))) return 'where';
    if (!ownpulls && view.action === 'pull' && isOwn(useragent)) return 'own_pull';
    if (chain === false && view.action !== 'pull' && isOwn(useragent)) return 'loop';
    return misses?.(view);
  };
}

/** An image event has every tag that the push gave the image. */
const tagsOf = ({ class: eventClass, view, facts }: Subject): readonly string[] =>
  (eventClass === 'image' ? facts?.().details?.tags : undefined) ?? (view.tag ? [view.tag] : []);

/** One tag that is not ignored is enough to deliver the event. */
const areIgnored = (tags: readonly string[], isIgnored: (tag: string) => boolean): boolean =>
  tags.length > 0 && tags.every(isIgnored);

/** Whether the filter keeps an event away. A filter that fails must not lose an event. */
function compileWhere({ name, where }: RoutedEndpoint, onFault?: OnFault) {
  if (where === undefined) return undefined;
  const filter = compileFilter(where);
  return (facts: Facts): boolean => {
    try {
      return !filter.passes(facts);
    } catch (error) {
      onFault?.(name, error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  };
}

/** Any version: while a relay is upgraded, two versions are at work. */
const OWN_USER_AGENT = /^longshore\/[\w.+-]+$/;

function isOwn(useragent: string | undefined): boolean {
  return useragent !== undefined && useragent.length < 100 && OWN_USER_AGENT.test(useragent);
}

/** The registry announces each blob of a push like this; the manifest that names them comes after them. */
const BLOB = 'application/octet-stream';

function compileOnly({ actions, repositories, tags, untagged }: NonNullable<RoutedEndpoint['only']>) {
  const repository = globMatcher(repositories);
  const tag = globMatcher(tags, MAX_TAG_LENGTH);
  return (view: EventView): Rule | undefined => {
    if (!actions.includes(view.action)) return 'only_actions';
    if (!view.repository || !(view.digest || view.tag)) return 'only_images';
    if (view.mediaType === BLOB) return 'only_manifests';
    if (repositories.length > 0 && !repository(view.repository)) return 'only_repositories';
    if (!view.tag && untagged !== undefined) return untagged ? undefined : 'only_tags';
    if (tags.length > 0 && !(view.tag && tag(view.tag))) return 'only_tags';
    return undefined;
  };
}

/**
 * What a policy reports, in either format: a type and its data. Pushes, pulls and deletes name
 * resources, each of which is an event; everything else is one other event.
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Message, Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { MAX_EVENTS, TOO_MANY_EVENTS } from '../../open-body.js';
import { isDigest, withoutScheme } from '../../reference.js';
import { minuteOf } from '../../time.js';

/** Something that happened in Harbor. */
export interface Occurrence {
  type: string;
  timestamp?: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  operator?: string;
  data: unknown;
  /** Longshore's name for the source. */
  source: string;
  /** Of the CloudEvent, if it is one. */
  id?: string;
  dedupe?: string;
}

/** A message of a policy. */
export interface PolicyMessage extends Message {
  /** What happened, or why that cannot be read. */
  occurrence: Occurrence | string;
  /** One of several resources; absent when the message is all of the occurrence. */
  part?: { resource: unknown };
}

/** By the names of Harbor 2.x, of its CloudEvents and of 1.x. */
const ACTIONS = new Map([
  ['PUSH_ARTIFACT', 'push'],
  ['PULL_ARTIFACT', 'pull'],
  ['DELETE_ARTIFACT', 'delete'],
  ['harbor.artifact.pushed', 'push'],
  ['harbor.artifact.pulled', 'pull'],
  ['harbor.artifact.deleted', 'delete'],
  ['pushImage', 'push'],
  ['pullImage', 'pull'],
  ['deleteImage', 'delete'],
]);

/** The resources of a push, pull or delete, unchecked, or why it has none; undefined for anything else. */
export function resourcesOf({ type, data }: Occurrence): unknown[] | string | undefined {
  if (!ACTIONS.has(type)) return undefined;
  const resources = at(data, 'resources');
  if (!Array.isArray(resources)) return missing('resources', resources, 'a list');
  if (resources.length === 0) return 'resources is empty';
  return resources.length > MAX_EVENTS ? TOO_MANY_EVENTS.refused : resources;
}

/** Reads an occurrence, or the one of its resources that the message is about. */
export function readOccurrence({ occurrence, part }: PolicyMessage): Reading {
  if (typeof occurrence === 'string') return { refused: occurrence };
  if (part) return readResource(occurrence, part.resource, false);
  const resources = resourcesOf(occurrence);
  if (resources === undefined) return readOther(occurrence);
  return typeof resources === 'string'
    ? { refused: resources }
    : readResource(occurrence, resources[0], true);
}

/** @param isOnly it is the only resource of the occurrence, so the CloudEvent's id is its own */
function readResource(occurrence: Occurrence, resource: unknown, isOnly: boolean): Reading {
  if (!isObject(resource)) return { refused: 'a resource is not an object' };
  const action = ACTIONS.get(occurrence.type);
  const { repository, digest, tag, host, ...fields } = fieldsOf(occurrence, resource);
  const hasUrl = host && repository && digest && action !== 'delete';
  const url = hasUrl ? `https://${host}/v2/${repository}/manifests/${digest}` : undefined;
  const { id, source, type, operator, dedupe } = occurrence;
  const own = [type, momentOf(occurrence), operator, repository, digest, tag];
  return {
    event: {
      ...fields,
      ...{ action, repository, digest, tag, host, url },
      id:
        id !== undefined && isOnly
          ? id
          : eventIdFrom(source, [...(id === undefined ? [] : [dedupe ?? id]), ...own]),
    },
    ...(isOnly && { dedupe }),
  };
}

/** A scan, quota, replication, retention …; of one resource if it names exactly one. */
function readOther(occurrence: Occurrence): Reading {
  const resources = at(occurrence.data, 'resources');
  const resource = Array.isArray(resources) && resources.length === 1 ? resources[0] : undefined;
  const { id, source, type, operator, data, dedupe } = occurrence;
  const fields = fieldsOf(occurrence, resource);
  // Two quotas of one project in one second differ in their text only.
  const subject = [fields.repository, fields.digest, fields.tag, JSON.stringify(data)];
  const own = [type, momentOf(occurrence), operator, ...subject];
  return { event: { ...fields, action: type, id: id ?? eventIdFrom(source, own) }, dedupe };
}

function momentOf({ timestamp, receivedAt }: Occurrence): string | number {
  return timestamp ?? minuteOf(receivedAt);
}

function fieldsOf({ type, timestamp, operator, data }: Occurrence, resource: unknown) {
  const named = textAt(resource, 'tag');
  // Pushed or pulled by digest: the digest stands in the tag's place too.
  const tag = named !== undefined && isDigest(named) ? undefined : named;
  const digest = textAt(resource, 'digest') ?? (tag === undefined ? named : undefined);
  const host = /^([^/]+)\//.exec(withoutScheme(textAt(resource, 'resource_url') ?? ''))?.[1];
  const repository = textAt(data, 'repository', 'repo_full_name');
  return { nativeType: type, timestamp, actor: operator, repository, digest, tag, host, sourceAddr: host };
}

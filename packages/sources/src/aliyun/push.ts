/**
 * The body of a push. Its time names no zone, so it is only a part of the event's id: a receiver that
 * expects the registry's timestamps could not read it, and a guess may be hours off.
 */
import { eventIdFrom } from '@longshore/event';
import { isObject, type JsonObject, textAt } from '../json.js';
import type { Reading } from '../message.js';
import { missing } from '../normalize.js';
import type { Incoming } from '../port.js';
import { minuteOf } from '../time.js';

/** @param incoming what the body came in, for its id and the source's options. */
export function readPush({ push_data: push, repository }: JsonObject, incoming: Incoming): Reading {
  const { raw, source, options } = incoming;
  if (!isObject(push)) return { refused: missing('push_data', push, 'an object') };
  const name = nameOf(repository);
  const region = textAt(repository, 'region');
  const image = [region, name, textAt(push, 'tag'), textAt(push, 'digest')];
  const time = textAt(push, 'pushed_at') ?? minuteOf(raw.receivedAt);
  return {
    event: {
      id: eventIdFrom(source, [...image, time]),
      action: 'push',
      digest: push.digest,
      tag: push.tag,
      repository: name,
      host: options.host ?? hostIn(region),
    },
  };
}

function nameOf(repository: unknown): string | undefined {
  const namespace = textAt(repository, 'namespace');
  const name = textAt(repository, 'name');
  return textAt(repository, 'repo_full_name') ?? (namespace && name && `${namespace}/${name}`);
}

/** The public endpoint of a region. */
function hostIn(region: string | undefined): string | undefined {
  return region && /^[a-z0-9-]{1,32}$/.test(region) ? `registry.${region}.aliyuncs.com` : undefined;
}

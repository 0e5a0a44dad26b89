/**
 * Alibaba Cloud Container Registry: webhooks of a repository, which report pushes only. Their time names no zone, so
 * it is only a part of the event's id: a receiver that expects the registry's timestamps could not read it, and a
 * guess may be hours off.
 * Source: the webhook receiver of argocd-image-updater.
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { missing } from '../../normalize.js';
import { minuteOf } from '../../time.js';

/** The kind `aliyun`. */
export const aliyun: Kind<WholeBody> = {
  kind: 'aliyun',
  sender: {
    onFailure: 'never-retries',
    words: 'Alibaba Cloud documents no retries: do not rely on any.',
    advice: 'Nothing to set. The console shows the answers to past triggers.',
  },
  options: ['host'],
  // Docker Hub has `push_data` too, but no region.
  recognizes: (_, value) =>
    isObject(at(value, 'push_data')) && typeof at(value, 'repository', 'region') === 'string',
  read,
};

function read({ value }: WholeBody, { raw, source, options }: Incoming): Reading {
  const { push_data: push, repository } = value;
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

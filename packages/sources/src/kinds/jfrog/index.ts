/**
 * JFrog Artifactory's predefined webhooks of the domain `docker`. Nothing in a request is its id or its
 * time. `domain` and `event_type` name what happened, `data` its subject. Only a push and a delete in the domain
 * `docker` have a counterpart in the registry's own events: promoting copies within Artifactory, and is a push only
 * where the source's option `promoted` says so.
 * Source: JFrog's "Webhooks", domain Docker; the webhook receivers of kargo and keel.
 */
import { eventIdFrom, hostOf } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { type Fields, missing } from '../../normalize.js';
import { headerOf, type RawRequest } from '../../request.js';
import { minuteOf } from '../../time.js';

/** Holds the secret or a signature, so it is no header that may be kept. */
const SIGNATURE = 'x-jfrog-event-auth';

/** The kind `jfrog`. */
export const jfrog: Kind<WholeBody> = {
  kind: 'jfrog',
  sender: {
    onFailure: 'gives-up',
    words: 'Artifactory retries, but its documentation says neither how often nor for how long.',
    advice: 'Nothing to set. The webhook’s Troubleshooting page lists what failed.',
  },
  hmac: { algorithm: 'sha256', headers: [SIGNATURE], encoding: 'hex', prefix: '' },
  options: ['host', 'promoted'],
  recognizes,
  read,
};

function recognizes(raw: RawRequest, value: unknown): boolean {
  if (headerOf(raw, SIGNATURE) !== undefined) return true;
  return (
    isObject(value) &&
    ['domain', 'event_type', 'subscription_key'].every((name) => typeof value[name] === 'string')
  );
}

const ACTIONS = new Map([
  ['pushed', 'push'],
  ['deleted', 'delete'],
]);

function read({ value: body }: WholeBody, { raw, source, options }: Incoming): Reading {
  const domain = textAt(body, 'domain');
  const type = textAt(body, 'event_type');
  if (!domain) return { refused: missing('domain', body.domain) };
  if (!type) return { refused: missing('event_type', body.event_type) };
  const { data } = body;
  const origin = textAt(body, 'jpd_origin');
  const names = [origin, textAt(body, 'subscription_key'), domain, type];
  const subject = ['repo_key', 'image_name', 'tag', 'path', 'sha256'].map((name) => textAt(data, name));
  // Builds, bundles and properties have other names for what they are about.
  if (domain !== 'docker') subject.push(JSON.stringify(data ?? null));
  const common: Fields = {
    id: eventIdFrom(source, [...names, ...subject, minuteOf(raw.receivedAt)]),
    host: options.host ?? (origin && hostOf(origin)),
    actor: textAt(body, 'source')?.match(/^[^/]*\/(.+)$/)?.[1],
  };
  if (domain !== 'docker') return { event: { ...common, action: `${domain}:${type}` } };
  return {
    event: {
      ...common,
      action: type === 'promoted' && options.promoted === 'push' ? 'push' : (ACTIONS.get(type) ?? type),
      nativeType: type,
      digest: digestOf(data),
      size: isManifest(data) ? at(data, 'size') : undefined,
      repository: repositoryOf(data),
      tag: tagOf(data),
    },
  };
}

/** Clients reach a repository of Artifactory by its key. The path wins: `image_name` is its last folder only. */
function repositoryOf(data: unknown): string | undefined {
  const key = textAt(data, 'repo_key');
  const image = placeOf(data).image ?? textAt(data, 'image_name');
  return key && image && `${key}/${image}`;
}

/**
 * A file of an image lies in the folder of its tag, which lies in the folder of its image:
 * `team/tools/api/1.4.2/manifest.json`. A path may end with the folder of the tag.
 */
function placeOf(data: unknown): { image?: string; tag?: string } {
  const path = textAt(data, 'path')?.split('/').filter(Boolean) ?? [];
  const tag = textAt(data, 'tag');
  const last = path.at(-1);
  const isFile = last === textAt(data, 'name');
  const endsWithTag =
    last !== undefined &&
    (last === tag || last === tag?.replace(':', '__') || (asDigest(last) !== last && !isFile));
  const folders = endsWithTag ? path : path.slice(0, -1);
  if (folders.length < 2) return {};
  return { image: folders.slice(0, -1).join('/'), tag: folders.at(-1) };
}

/** The file's checksum is the image's digest when the file is the manifest. */
function digestOf(data: unknown): string | undefined {
  const sum = isManifest(data) ? textAt(data, 'sha256') : undefined;
  return sum && /^[0-9a-f]{64}$/.test(sum) ? `sha256:${sum}` : undefined;
}

function isManifest(data: unknown): boolean {
  const name = textAt(data, 'name') ?? textAt(data, 'path')?.split('/').at(-1);
  return name === 'manifest.json' || name === 'list.manifest.json';
}

function tagOf(data: unknown): string | undefined {
  const tag = textAt(data, 'tag') ?? placeOf(data).tag;
  return tag && asDigest(tag);
}

/** A manifest without a tag is in a folder of its digest, with underscores where a path may have no colon. */
function asDigest(folder: string): string {
  return folder.replace(/^(sha\d+)__([0-9a-f]{32,})$/, '$1:$2');
}

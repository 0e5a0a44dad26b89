/**
 * Sonatype Nexus Repository 3: its webhooks `asset`, `component` and `global`. An asset is a manifest or a blob, by
 * its path; components repeat the same without a digest, so they are other events. Paths start with a slash since
 * Nexus has a relational store; before that they did not. All blobs lie under the image `-`.
 * Source: nexus-public `WebhookServiceImpl.java`, `Repository{Asset,Component}Webhook.java`.
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { type Fields, missing } from '../../normalize.js';
import { headerOf, type RawRequest } from '../../request.js';
import { minuteOf } from '../../time.js';

/** `rm:<type>:<name>`. */
const WEBHOOK_ID = 'x-nexus-webhook-id';
const DELIVERY = 'x-nexus-webhook-delivery';

/** The kind `nexus`. */
export const nexus: Kind<WholeBody> = {
  kind: 'nexus',
  sender: {
    onFailure: 'never-retries',
    words:
      'Nexus waits 20 s for an answer (`nexus.httpclient.requestTimeout`), logs a failure and drops the event: it never retries.',
    advice:
      'Nothing to set. Keep Longshore close to it, and run two behind a load balancer if it must be reachable during an upgrade.',
  },
  hmac: { algorithm: 'sha1', headers: ['x-nexus-webhook-signature'], encoding: 'hex', prefix: '' },
  headers: [WEBHOOK_ID, DELIVERY],
  idHeaders: [DELIVERY],
  options: ['host', 'repositoryprefix', 'updated'],
  recognizes: (raw, value) =>
    headerOf(raw, WEBHOOK_ID) !== undefined ||
    (isObject(value) && typeof value.nodeId === 'string' && typeof value.initiator === 'string'),
  read,
};

/** Nexus serves every kind of package; these two hold images. */
const IMAGE_FORMATS: readonly unknown[] = ['docker', 'oci'];

function read(message: WholeBody, incoming: Incoming): Reading {
  const { asset, component, repository, assets, components, audit } = message.value;
  const format = [asset, component, repository].find(isObject)?.format;
  // PURGED: a list of ids, of assets or components. An audit has neither.
  const subject = assets ?? components ?? audit;
  if (![asset, component, repository].some(isObject)) {
    if (subject === undefined) return { refused: 'neither asset nor component is there' };
    return otherEvent(message, incoming, JSON.stringify(subject));
  }
  if (!IMAGE_FORMATS.includes(format)) return { ignored: 'the format is neither docker nor oci' };
  if (isObject(asset)) return readAsset(message, incoming, asset);
  if (!isObject(component)) return otherEvent(message, incoming, at(repository, 'name'));
  const { id, name, version } = component;
  return otherEvent(message, incoming, id || JSON.stringify(component), name, version);
}

const MANIFEST = /^\/?v2\/(.+)\/manifests\/([^/]+)$/;
const BLOB = /^\/?v2\/(?:-|(.+))\/blobs\/(sha256:[a-f0-9]{64})$/;

function readAsset(message: WholeBody, incoming: Incoming, asset: JsonObject): Reading {
  const { name } = asset;
  if (typeof name !== 'string' || name === '') return { refused: missing('asset.name', name) };
  const manifest = MANIFEST.exec(name);
  const blob = BLOB.exec(name);
  if (!manifest && !blob) return { ignored: 'the asset is neither a manifest nor a blob' };
  const meaning = meaningOf(message.value.action, incoming, blob !== null);
  if (meaning === 'ignore') return { ignored: 'an asset was read or changed, not pushed' };
  const common = commonFields(message, incoming, asset.id || name);
  const repository = repositoryOf(message, incoming, (manifest ?? blob)?.[1]);
  const event = { ...common, action: meaning ?? common.nativeType, repository };
  if (!manifest) return { event: { ...event, digest: blob?.[2] }, nameless: true };
  return { event: { ...event, tag: manifest[2] } };
}

/** Undefined for what is no action of the registry's. */
function meaningOf(action: unknown, { options }: Incoming, isBlob: boolean): string | undefined {
  if (action === 'CREATED') return 'push';
  if (action === 'DELETED') return 'delete';
  if (action !== 'UPDATED') return undefined;
  // A push of an existing tag, a download, a change of attributes: Nexus does not say which.
  // A blob cannot change, so there it is never a push.
  if (isBlob) return 'ignore';
  return options.updated === 'other' ? undefined : (options.updated ?? 'push');
}

/** An event that is none of the registry's actions. */
function otherEvent(
  message: WholeBody,
  incoming: Incoming,
  subject: unknown,
  name?: unknown,
  tag?: unknown,
): Reading {
  const common = commonFields(message, incoming, subject);
  const repository = repositoryOf(message, incoming, name);
  return { event: { ...common, action: common.nativeType, repository, tag } };
}

/** The fields of every event. @param subject distinguishes it from others of the same moment */
function commonFields({ value }: WholeBody, { raw, source, options }: Incoming, subject: unknown): Fields {
  const action = textAt(value, 'action');
  const webhook = webhookOf(raw, value);
  const nativeType = action === undefined ? webhook : `${webhook}:${action}`;
  const timestamp = textAt(value, 'timestamp');
  const isWord = typeof subject === 'string' || typeof subject === 'number';
  // `user/address`; a task of Nexus' own has no address.
  const [, user, addr] = /^(.*)\/([^/]*)$/s.exec(textAt(value, 'initiator') ?? '') ?? [];
  const about = [textAt(value, 'repositoryName'), isWord ? String(subject) : undefined, nativeType];
  return {
    id: eventIdFrom(source, [...about, timestamp ?? minuteOf(raw.receivedAt)]),
    timestamp,
    nativeType,
    actor: user ?? value.initiator,
    addr,
    host: options.host,
    instanceID: value.nodeId,
  };
}

/** Without the header, by what the body holds. */
function webhookOf(raw: RawRequest, body: JsonObject): string {
  const named = headerOf(raw, WEBHOOK_ID);
  if (named !== undefined) return named;
  if (body.asset ?? body.assets) return 'rm:repository:asset';
  if (body.component ?? body.components) return 'rm:repository:component';
  return body.audit ? 'rm:global:audit' : 'rm:global:repository';
}

/** The image, behind the name of Nexus' own repository when the option asks for it. */
function repositoryOf({ value }: WholeBody, { options }: Incoming, image: unknown): string | undefined {
  if (typeof image !== 'string' || image === '') return undefined;
  const hosted = options.repositoryprefix ? textAt(value, 'repositoryName') : undefined;
  return hosted === undefined ? image : `${hosted}/${image}`;
}

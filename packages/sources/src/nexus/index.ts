/**
 * Sonatype Nexus Repository 3: its webhooks `asset`, `component` and `global`. Assets tell of manifests and
 * blobs by their path; components tell the same once more without a digest, so they are other events.
 * Source: nexus-public `WebhookServiceImpl.java`, `Repository{Asset,Component}Webhook.java`.
 */
import { at, isObject, writeJson } from '../json.js';
import { headerOf, openMessage, type Reading } from '../message.js';
import type { Incoming, Kind, RawRequest } from '../port.js';
import { readAsset } from './asset.js';
import { isImageFormat, type Notice, otherEvent } from './notice.js';
import { sender } from './sender.js';

/** The kind `nexus`. */
export const nexus: Kind = {
  kind: 'nexus',
  sender,
  hmac: { algorithm: 'sha1', headers: ['x-nexus-webhook-signature'], encoding: 'hex', prefix: '' },
  options: ['host', 'repositoryprefix', 'updated'],
  recognizes: (raw, value) =>
    headerOf(raw, WEBHOOK_ID) !== undefined ||
    (isObject(value) && typeof value.nodeId === 'string' && typeof value.initiator === 'string'),
  open: (incoming) => openMessage(incoming, 'nexus', read(incoming)),
};

/** `rm:<type>:<name>`. */
const WEBHOOK_ID = 'x-nexus-webhook-id';

const NOT_AN_IMAGE = { ignored: 'the format is neither docker nor oci' };

function read({ raw, value, source, options }: Incoming): Reading {
  if (!isObject(value)) return { refused: 'the body is not an object' };
  const { receivedAt } = raw;
  const notice: Notice = { webhook: webhookOf(raw, value), body: value, source, receivedAt, options };
  const { asset, component, repository } = value;
  if (isObject(asset)) return isImageFormat(asset.format) ? readAsset(notice, asset) : NOT_AN_IMAGE;
  if (isObject(component)) {
    if (!isImageFormat(component.format)) return NOT_AN_IMAGE;
    return otherEvent(notice, component.id || writeJson(component), {
      image: component.name,
      tag: component.version,
    });
  }
  if (isObject(repository)) {
    return isImageFormat(repository.format) ? otherEvent(notice, repository.name) : NOT_AN_IMAGE;
  }
  // PURGED: a list of ids, of assets or components. An audit has neither.
  const subject = value.assets ?? value.components ?? value.audit;
  return subject === undefined
    ? { refused: 'neither asset nor component is there' }
    : otherEvent(notice, writeJson(subject));
}

/** Without the header, as a body that was kept may be, by what the body holds. */
function webhookOf(raw: RawRequest, body: unknown): string {
  const told = headerOf(raw, WEBHOOK_ID);
  if (told !== undefined) return told;
  if (at(body, 'asset') ?? at(body, 'assets')) return 'rm:repository:asset';
  if (at(body, 'component') ?? at(body, 'components')) return 'rm:repository:component';
  return at(body, 'audit') ? 'rm:global:audit' : 'rm:global:repository';
}

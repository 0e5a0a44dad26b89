/**
 * Sonatype Nexus Repository 3: its webhooks `asset`, `component` and `global`. Assets are manifests and
 * blobs, by their path; components repeat the same without a digest, so they are other events.
 * Source: nexus-public `WebhookServiceImpl.java`, `Repository{Asset,Component}Webhook.java`.
 */
import { at, isObject } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { headerOf, type RawRequest } from '../../request.js';
import { readAsset } from './asset.js';
import { isImageFormat, type Notice, otherEvent } from './notice.js';

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

const NOT_AN_IMAGE = { ignored: 'the format is neither docker nor oci' };

function read({ value }: WholeBody, { raw, source, options }: Incoming): Reading {
  const { receivedAt } = raw;
  const notice: Notice = { webhook: webhookOf(raw, value), body: value, source, receivedAt, options };
  const { asset, component, repository } = value;
  if (isObject(asset)) return isImageFormat(asset.format) ? readAsset(notice, asset) : NOT_AN_IMAGE;
  if (isObject(component)) {
    if (!isImageFormat(component.format)) return NOT_AN_IMAGE;
    return otherEvent(notice, component.id || JSON.stringify(component), {
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
    : otherEvent(notice, JSON.stringify(subject));
}

/** Without the header, as a body that was kept may be, by what the body holds. */
function webhookOf(raw: RawRequest, body: unknown): string {
  const named = headerOf(raw, WEBHOOK_ID);
  if (named !== undefined) return named;
  if (at(body, 'asset') ?? at(body, 'assets')) return 'rm:repository:asset';
  if (at(body, 'component') ?? at(body, 'components')) return 'rm:repository:component';
  return at(body, 'audit') ? 'rm:global:audit' : 'rm:global:repository';
}

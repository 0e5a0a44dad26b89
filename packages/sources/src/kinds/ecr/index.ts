/**
 * Amazon ECR through an EventBridge API destination: EventBridge's event as it is, or as a CloudEvent that an input
 * transformer made of it. ECR itself has no webhooks, and EventBridge has no event for pulls. Only "ECR Image Action"
 * says that an image came or went; scans, replication, the pull-through cache and Inspector's findings are other
 * events. A push of an image with two tags is two events.
 * Source: "Amazon ECR events and EventBridge"; the transformer's template in argocd-image-updater's documentation.
 */
import { CE_HEADERS, cloudEventType, structuredForm } from '../../cloud-events.js';
import { isObject, type JsonObject, textAt } from '../../json.js';
import type { Kind, Reading, WholeBody } from '../../kind.js';
import { type Fields, missing } from '../../normalize.js';
import type { RawRequest } from '../../request.js';

/** The kind `ecr`. */
export const ecr: Kind<WholeBody> = {
  kind: 'ecr',
  sender: {
    onFailure: 'retries',
    words:
      'EventBridge waits 5 seconds for an answer and retries after a 409, a 429, a 5xx or no answer, for up to 24 hours and 185 times; after any other 4xx the event goes to the target’s dead-letter queue, or is lost without one.',
    advice: 'Leave the target’s retry policy at 24 hours and 185 attempts, and give it a dead-letter queue.',
  },
  ...CE_HEADERS,
  recognizes,
  list({ raw, value }) {
    const event = structuredForm(raw, value);
    if (!isObject(event)) return { refused: 'the body is not an object' };
    return [{ value: event, find: (root) => structuredForm(raw, root) }];
  },
  read: ({ value }) => (value.specversion === undefined ? readEvent(value) : readCloudEvent(value)),
};

const SOURCES: readonly unknown[] = ['aws.ecr', 'aws.inspector2'];

function recognizes(raw: RawRequest, value: unknown): boolean {
  if (!isObject(value)) return false;
  if (cloudEventType(raw, value)?.startsWith(CLOUD_EVENT_TYPE)) return true;
  return SOURCES.includes(value.source) && typeof value['detail-type'] === 'string';
}

const IMAGE_ACTION = 'ECR Image Action';
const CLOUD_EVENT_TYPE = 'com.amazon.ecr.';
const ACTIONS = new Map<unknown, string>([
  [`${IMAGE_ACTION}:PUSH`, 'push'],
  [`${IMAGE_ACTION}:DELETE`, 'delete'],
  [`${CLOUD_EVENT_TYPE}image.push`, 'push'],
  [`${CLOUD_EVENT_TYPE}image.delete`, 'delete'],
]);

/** The event as EventBridge sends it when nothing transforms it. */
function readEvent(event: JsonObject): Reading {
  const type = textAt(event, 'detail-type');
  if (!type) return { refused: missing('detail-type', event['detail-type']) };
  const { detail } = event;
  if (!isObject(detail)) return { refused: missing('detail', detail, 'an object') };
  if (type === IMAGE_ACTION && detail.result !== 'SUCCESS') return { ignored: 'the action did not succeed' };
  const word = type === IMAGE_ACTION ? textAt(detail, 'action-type') : undefined;
  // A scan is about an image with all its tags: only when there is one is it the scan's.
  const tags = detail['image-tags'];
  const onlyTag = Array.isArray(tags) && tags.length === 1 ? tags[0] : undefined;
  const host = hostOfRegistry(textAt(event, 'account'), textAt(event, 'region'));
  return {
    event: {
      ...typed(word ? `${type}:${word}` : type),
      id: event.id,
      timestamp: event.time,
      mediaType: detail['manifest-media-type'],
      digest: detail['image-digest'],
      // Inspector names a repository by its ARN.
      repository: textAt(detail, 'repository-name')?.replace(/^arn:[^/]*:repository\//, ''),
      tag: detail['image-tag'] ?? onlyTag,
      host,
      sourceAddr: host,
    },
  };
}

/** `urn:aws:ecr:<region>:<account>:repository/<name>`. */
const SOURCE = /^(?:urn|arn):aws[a-z-]*:ecr:([^:]+):([^:]+):repository\/(.+)$/;

/**
 * The structured form, whatever its content type. EventBridge sends it as `application/json`. A field that the event
 * did not have, such as the tag of an image without one, is an empty text in it.
 */
function readCloudEvent(event: JsonObject): Reading {
  const type = textAt(event, 'type');
  if (!type) return { refused: missing('type', event.type) };
  const [, region, account, repository] = SOURCE.exec(textAt(event, 'source') ?? '') ?? [];
  const host = hostOfRegistry(account ?? textAt(event, 'data', 'registryId'), region);
  return {
    event: {
      ...typed(type),
      id: event.id,
      timestamp: event.time,
      digest: textAt(event, 'data', 'imageDigest'),
      repository: textAt(event, 'data', 'repositoryName') ?? repository,
      tag: textAt(event, 'data', 'imageTag'),
      host,
      sourceAddr: host,
    },
  };
}

function typed(nativeType: string): Fields {
  return { action: ACTIONS.get(nativeType) ?? nativeType, nativeType };
}

/** DNS suffix of the partitions besides `aws`, by how their regions begin (botocore `partitions.json`). */
const SUFFIXES: readonly (readonly [region: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/** The public name of a registry, which is an account in a region; undefined unless both look like what they should be. */
export function hostOfRegistry(account: string | undefined, region: string | undefined): string | undefined {
  if (!account || !region || !/^\d{12}$/.test(account) || !/^[a-z0-9-]{1,32}$/.test(region)) return undefined;
  const [, suffix = 'amazonaws.com'] = SUFFIXES.find(([start]) => region.startsWith(start)) ?? [];
  return `${account}.dkr.ecr.${region}.${suffix}`;
}

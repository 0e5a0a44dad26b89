/**
 * The CloudEvent that an input transformer makes of EventBridge's event: the template of
 * argocd-image-updater's documentation. EventBridge sends it as `application/json`. A field that the event
 * did not have, such as the tag of an image without one, is an empty text in it.
 */
import { type JsonObject, textAt } from '../../json.js';
import type { Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { hostOfRegistry } from './registry.js';

/** What the types begin with. */
export const CLOUD_EVENT_TYPE = 'com.amazon.ecr.';

const ACTIONS = new Map([
  [`${CLOUD_EVENT_TYPE}image.push`, 'push'],
  [`${CLOUD_EVENT_TYPE}image.delete`, 'delete'],
]);

/** `urn:aws:ecr:<region>:<account>:repository/<name>`. */
const SOURCE = /^(?:urn|arn):aws[a-z-]*:ecr:([^:]+):([^:]+):repository\/(.+)$/;

/** The structured form, whatever its content type. */
export function readCloudEvent(event: JsonObject): Reading {
  const type = textAt(event, 'type');
  if (!type) return { refused: missing('type', event.type) };
  const [, region, account, repository] = SOURCE.exec(textAt(event, 'source') ?? '') ?? [];
  const host = hostOfRegistry(account ?? textAt(event, 'data', 'registryId'), region);
  return {
    event: {
      id: event.id,
      timestamp: event.time,
      action: ACTIONS.get(type) ?? type,
      nativeType: type,
      digest: textAt(event, 'data', 'imageDigest'),
      repository: textAt(event, 'data', 'repositoryName') ?? repository,
      tag: textAt(event, 'data', 'imageTag'),
      host,
      sourceAddr: host,
    },
  };
}

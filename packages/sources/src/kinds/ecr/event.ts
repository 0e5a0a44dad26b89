/**
 * EventBridge's event about ECR. Only "ECR Image Action" says that an image came or went; scans,
 * replication, the pull-through cache and Inspector's findings are other events. A push of an image with
 * two tags is two events.
 */
import { isObject, type JsonObject, textAt } from '../../json.js';
import type { Reading } from '../../kind.js';
import { type Fields, missing } from '../../normalize.js';
import { hostOfRegistry } from './registry.js';

const IMAGE_ACTION = 'ECR Image Action';
const ACTIONS = new Map<unknown, string>([
  ['PUSH', 'push'],
  ['DELETE', 'delete'],
]);

/** The event as EventBridge sends it when nothing transforms it. */
export function readEvent(event: JsonObject): Reading {
  const type = textAt(event, 'detail-type');
  if (!type) return { refused: missing('detail-type', event['detail-type']) };
  const { detail } = event;
  if (!isObject(detail)) return { refused: missing('detail', detail, 'an object') };
  if (type === IMAGE_ACTION && detail.result !== 'SUCCESS') return { ignored: 'the action did not succeed' };
  const host = hostOfRegistry(textAt(event, 'account'), textAt(event, 'region'));
  return {
    event: {
      ...actionOf(type, detail),
      id: event.id,
      timestamp: event.time,
      mediaType: detail['manifest-media-type'],
      digest: detail['image-digest'],
      repository: repositoryOf(detail),
      tag: tagOf(detail),
      host,
      sourceAddr: host,
    },
  };
}

function actionOf(type: string, detail: JsonObject): Fields {
  const word = textAt(detail, 'action-type');
  if (type !== IMAGE_ACTION || !word) return { action: type };
  const nativeType = `${type}:${word}`;
  return { action: ACTIONS.get(word) ?? nativeType, nativeType };
}

/** Inspector names a repository by its ARN. */
function repositoryOf(detail: JsonObject): string | undefined {
  return textAt(detail, 'repository-name')?.replace(/^arn:[^/]*:repository\//, '');
}

/** A scan is about an image with all its tags: only when there is one is it the scan's. */
function tagOf(detail: JsonObject): unknown {
  const tags = detail['image-tags'];
  return detail['image-tag'] ?? (Array.isArray(tags) && tags.length === 1 ? tags[0] : undefined);
}

/** What all of Nexus' webhooks have in common, and the events of those that are about no manifest or blob. */
import { eventIdFrom } from '@longshore/event';
import { type JsonObject, textAt } from '../../json.js';
import type { Reading } from '../../kind.js';
import type { Fields } from '../../normalize.js';
import type { SourceOptions } from '../../options.js';
import { minuteOf } from '../../time.js';

/** A webhook's body with its context. */
export interface Notice {
  /** `rm:repository:asset`, `rm:global:repository` … */
  webhook: string;
  body: JsonObject;
  source: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  options: SourceOptions;
}

/** Nexus serves every kind of package; these two hold images. */
export function isImageFormat(format: unknown): boolean {
  return format === 'docker' || format === 'oci';
}

/** The webhook and the action that it names: `rm:repository:asset:CREATED`. */
export function nativeTypeOf({ webhook, body }: Notice): string {
  const action = textAt(body, 'action');
  return action === undefined ? webhook : `${webhook}:${action}`;
}

/** The fields of every event. @param subject distinguishes it from others of the same moment */
export function commonFields(notice: Notice, subject: unknown): Fields {
  const { body, source, options, receivedAt } = notice;
  const nativeType = nativeTypeOf(notice);
  const timestamp = textAt(body, 'timestamp');
  // `user/address`; a task of Nexus' own has no address.
  const [, user, addr] = /^(.*)\/([^/]*)$/s.exec(textAt(body, 'initiator') ?? '') ?? [];
  const moment = timestamp ?? minuteOf(receivedAt);
  return {
    id: eventIdFrom(source, [textAt(body, 'repositoryName'), wordOf(subject), nativeType, moment]),
    timestamp,
    nativeType,
    actor: user ?? body.initiator,
    addr,
    host: options.host,
    instanceID: body.nodeId,
  };
}

/** An event that is none of the registry's actions. */
export function otherEvent(
  notice: Notice,
  subject: unknown,
  image: { image?: unknown; tag?: unknown } = {},
): Reading {
  return {
    event: {
      ...commonFields(notice, subject),
      action: nativeTypeOf(notice),
      repository: repositoryOf(notice, image.image),
      tag: image.tag,
    },
  };
}

/** The image, behind the name of Nexus' own repository when that is asked for. */
export function repositoryOf({ body, options }: Notice, image: unknown): string | undefined {
  if (typeof image !== 'string' || image === '') return undefined;
  const hosted = options.repositoryprefix ? textAt(body, 'repositoryName') : undefined;
  return hosted === undefined ? image : `${hosted}/${image}`;
}

function wordOf(subject: unknown): string | undefined {
  return typeof subject === 'string' || typeof subject === 'number' ? String(subject) : undefined;
}

/** Settings of an endpoint's format: which, what it fills in, and what the receiver's answers mean. */

import type { EventClass } from '@longshore/event';
import { type Answers, type Format, formatNamed, formatOptions } from '@longshore/formats';
import { setting } from '@longshore/settings';
import { HOST_PORT } from '@longshore/settings/secrets';
import { tree } from '@longshore/settings/tree';
import { choice, count, matching, SECOND_MS, text } from '@longshore/settings/values';
import { z } from 'zod';

/** `host` of an endpoint. */
export const host = setting(
  matching('host[:port]', HOST_PORT, 'must be a host, such as registry.example.com or registry:5000'),
  'Registry’s host in names of images, where the events name an internal one or none. Not for format `distribution`.',
);

/** `options` of an endpoint. */
export const options = z
  .strictObject(formatOptions())
  .meta({ description: 'Settings that only some formats have.' });

/** `method` of an endpoint. */
export const method = setting(
  choice(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  'Method of the request.',
  'POST',
);

/** `contenttype` of an endpoint. */
export const contenttype = setting(
  text(),
  'Format `template`: media type of the body. Default `application/json` for a map or a list, else `text/plain; charset=utf-8`.',
);

/** `body` of an endpoint. */
export const body = setting(
  tree(),
  'Format `template`: the body. A map or a list is sent as JSON, and each text in it is a template in Liquid, such as `{{ image }}:{{ tag }}`. One text is sent as text. None: a request without a body.',
);

/** `success` of an endpoint. */
export const success = z
  .strictObject({
    status: setting(
      z.array(count({ min: 200, max: 399 })).min(1, 'must list at least one; remove the key for any 2xx'),
      'Statuses that are success. Default: as the format says, mostly any 2xx.',
    ).optional(),
    body: setting(
      text(),
      'What the first 1 KiB of the response body must be, spaces around it apart. Any other body is a failure.',
    ).optional(),
  })
  .meta({ description: 'Which responses are success.' });

interface Written {
  format: string;
  accept?: EventClass[] | undefined;
  ignore: { actions: string[] };
  timeout?: number | undefined;
  success?: z.output<typeof success> | undefined;
}

/** What follows from the format for the rest of the endpoint. */
export function byFormat<T extends Written>(written: T) {
  const format = formatNamed(written.format);
  const { accept = ['event'] } = written;
  const timeout = written.timeout ?? format?.timeoutMs ?? SECOND_MS;
  return {
    ...written,
    accept,
    timeout,
    needs: needsOf(written, format),
    answers: answersOf(written, format),
  };
}

/** A format for people takes what the endpoint asks for, where it asks. */
function needsOf({ accept, ignore }: Written, format: Format | undefined): Format['needs'] | undefined {
  const isAsked = accept !== undefined || ignore.actions.length > 0;
  return format?.widens && isAsked ? {} : format?.needs;
}

function answersOf({ success: own }: Written, format: Format | undefined): Answers | undefined {
  if (!own) return format?.answers;
  const { status: statuses, body } = own;
  return { ...format?.answers, ...(statuses && { statuses }), ...(body !== undefined && { body }) };
}

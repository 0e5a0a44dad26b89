/**
 * Docker Hub's webhook. It reports pushes only, without a digest, and has no authentication at all: the
 * secret is a token in the url. `callback_url` is never called: Docker no longer documents what it is for.
 * Source: docs.docker.com, "Docker Hub webhooks".
 */
import { eventIdFrom } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Message, Reading } from '../../kind.js';
import { missing } from '../../normalize.js';
import { isoSeconds, minuteOf } from '../../time.js';

/** The kind `dockerhub`. */
export const dockerhub: Kind = {
  kind: 'dockerhub',
  sender: {
    onFailure: 'never-retries',
    words: 'Docker documents no retry: an event that is not accepted is lost.',
    advice: 'Nothing to set. `longshore send` can stand in for a push that was missed.',
  },
  recognizes: (_, value) =>
    isObject(at(value, 'push_data')) && textAt(value, 'repository', 'repo_name') !== undefined,
  read,
};

function read({ value }: Message, { source, raw }: Incoming): Reading {
  const pushed = at(value, 'push_data');
  if (!isObject(pushed)) return { refused: missing('push_data', pushed, 'an object') };
  const repository = textAt(value, 'repository', 'repo_name');
  const tag = textAt(pushed, 'tag');
  const pusher = textAt(pushed, 'pusher');
  const timestamp = isoSeconds(pushed.pushed_at);
  const time = timestamp ?? minuteOf(raw.receivedAt);
  return {
    event: {
      id: eventIdFrom(source, [repository, tag, time, pusher]),
      timestamp,
      action: 'push',
      mediaType: pushed.media_type,
      repository,
      tag,
      host: 'docker.io',
      actor: pusher,
    },
  };
}

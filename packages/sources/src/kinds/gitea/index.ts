/**
 * Gitea and Forgejo: the webhook event `package`, for container packages. They send the same body; Forgejo
 * adds headers of its own name to Gitea's, and both add GitHub's and Gogs'. A container package has a version per tag
 * and one per manifest without a tag, whose name is the digest. Pushing a tag again deletes and recreates its version.
 * Source: go-gitea `modules/structs/{hook,package}.go`, `services/webhook/{deliver,notifier}.go`.
 */
import { hostOf } from '@longshore/event';
import { at, isObject, textAt } from '../../json.js';
import type { Incoming, Kind, Reading, WholeBody } from '../../kind.js';
import { missing } from '../../normalize.js';
import { headerOf, type RawRequest } from '../../request.js';

const EVENT = ['x-forgejo-event', 'x-gitea-event'];
const SIGNATURE = ['x-forgejo-signature', 'x-gitea-signature'];
const DELIVERY = ['x-forgejo-delivery', 'x-gitea-delivery'];

/** The kind `gitea`, for Forgejo too. */
export const gitea: Kind<WholeBody> = {
  kind: 'gitea',
  sender: {
    onFailure: 'never-retries',
    words:
      'Gitea and Forgejo wait for `[webhook] DELIVER_TIMEOUT` (5 seconds), give up, and do not retry by themselves.',
    advice:
      'Nothing to set. Each delivery can be replayed by hand in the webhook’s page; a replay has a new id and is delivered again.',
  },
  hmac: { algorithm: 'sha256', headers: SIGNATURE, encoding: 'hex', prefix: '', signsPayload: true },
  headers: [...EVENT, ...DELIVERY],
  idHeaders: DELIVERY,
  form: true,
  recognizes: (raw) => firstOf(raw, EVENT) !== undefined,
  read,
};

const ACTIONS = new Map<unknown, string>([
  ['created', 'push'],
  ['deleted', 'delete'],
]);

function read({ value }: WholeBody, { raw }: Incoming): Reading {
  const event = firstOf(raw, EVENT);
  if (event !== undefined && event !== 'package') return { ignored: 'the Gitea event is not package' };
  const { package: pkg, action } = value;
  if (!isObject(pkg)) return { refused: missing('package', pkg, 'an object') };
  if (pkg.type !== 'container') return { ignored: 'the package is no container image' };
  const owner = textAt(pkg, 'owner', 'login') ?? textAt(pkg, 'owner', 'username');
  const name = textAt(pkg, 'name');
  const url = textAt(pkg, 'html_url');
  return {
    event: {
      // Of the delivery; a replay by hand has another.
      id: firstOf(raw, DELIVERY),
      action: ACTIONS.get(action) ?? action,
      nativeType: textAt(value, 'action'),
      // Of the version, so it is the time of the push. A delete has none.
      timestamp: action === 'created' ? pkg.created_at : undefined,
      repository: owner && name && `${owner.toLowerCase()}/${name}`,
      tag: pkg.version,
      host: url && hostOf(url),
      actor: at(value, 'sender', 'login'),
    },
  };
}

function firstOf(raw: RawRequest, names: readonly string[]): string | undefined {
  return names.map((name) => headerOf(raw, name)).find((value) => value !== undefined);
}

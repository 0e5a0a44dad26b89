/**
 * What a trail says, in words: the same for `longshore trace` and the page of a search. How a time, a number or an
 * answer is shown is theirs, and with it what is said of a receipt and of an attempt. Names and texts are given as
 * they came; each makes them safe in its own way.
 */
import { STATUS_CODES } from 'node:http';
import type { PreheatReason, TransportReason } from '@longshore/event';
import type { DeliveryState, DropReason, Trail, TrailStep } from '@longshore/queue/operator';
import type { Rule } from '@longshore/routing';

/** A step that is one sentence, without the name of its endpoint. */
type Plain = Exclude<TrailStep, { step: 'received' | 'attempted' }>;
type Of<Name extends TrailStep['step']> = Extract<TrailStep, { step: Name }>;

/** `dropped by longshore dead drop` */
export function stepInWords(step: Plain): string {
  switch (step.step) {
    case 'quarantined':
      return `received${senderInWords(step)}: put into quarantine`;
    case 'unquarantined':
      return unquarantined(step);
    case 'retried':
      return `given all its attempts again by ${step.by}`;
    case 'stalled':
      return 'its worker died or hung: it runs again';
    case 'settled':
      return settled(step);
  }
}

/** ` from harbor at 10.0.0.7` */
export const senderInWords = ({ source, remote }: { source: string; remote?: string }): string =>
  ` from ${source}${remote ? ` at ${remote}` : ''}`;

function unquarantined({ outcome, by: who }: Of<'unquarantined'>): string {
  const by = who ? ` by ${who}` : '';
  if (outcome === 'replayed') return `taken out of quarantine and read again${by}`;
  return outcome === 'dropped'
    ? `dropped from quarantine${by}`
    : 'removed: quarantine was full, and it was the oldest';
}

function settled({ outcome, rule, by }: Of<'settled'>): string {
  switch (outcome) {
    case 'ignored':
      return `ignored by ${ruleInWords(rule ?? 'a rule')}, before it was sent`;
    case 'expired':
      return 'removed from the dead-letter set by retention.dead';
    case 'dropped':
      return `dropped by ${by ?? 'an operator'}`;
    case 'dead':
      return 'dead';
  }
}

const rules: Record<Rule, string> = {
  accept: 'accept, which does not list events of this kind',
  mediatype: 'ignore.mediatypes',
  action: 'ignore.actions',
  repository: 'ignore.repositories',
  tag: 'ignore.tags',
  own_pull: 'ownpulls: Longshore made this pull itself',
  only_images: 'preheat, which wants events that name an image',
  only_manifests: 'preheat, which waits for the manifest that names the blob',
  only_actions: 'preheat.actions',
  only_repositories: 'preheat.repositories',
  only_tags: 'preheat.tags',
};

const RULES = new Map(Object.entries(rules));

/** The setting that holds the rule; one that only another version knows, as it is. */
export const ruleInWords = (rule: string): string => RULES.get(rule) ?? rule;

const reasons: Record<TransportReason | PreheatReason, string> = {
  timeout: 'no answer in time',
  refused: 'nobody listens there',
  reset: 'the connection broke',
  dns: 'its host name is not known',
  tls: 'its certificate or the TLS handshake failed',
  tls_expired: 'its certificate is expired, or not valid yet',
  tls_untrusted: 'its certificate is signed by an authority that is not trusted',
  tls_hostname: 'its certificate does not hold its host name',
  tls_protocol: 'it does not speak TLS there',
  unreachable: 'no way to its host',
  protocol: 'what answered does not speak HTTP',
  url: 'its url cannot be posted to',
  undecodable: 'what is stored is damaged',
  error: 'a fault',
  warm: 'each part of the image is warm',
  skipped: 'nothing of the image was to be warmed',
  partial: 'some parts of the image, or some of its referrers, could not be warmed',
  failed: 'no part of the image could be warmed',
  manifest: 'a manifest of the image cannot be read',
};

const REASONS = new Map(Object.entries(reasons));

/** `http_503` becomes `503 Service Unavailable`. */
export function reasonInWords(reason: string): string {
  const [, status] = /^http_(\d+)$/.exec(reason) ?? [];
  if (status === undefined) return REASONS.get(reason) ?? reason;
  return `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd();
}

const STATES: readonly [string, readonly DeliveryState[]][] = [
  ['delivered', ['delivered']],
  ['on its way', ['active']],
  ['waiting', ['waiting', 'delayed']],
  ['dead', ['dead']],
  ['ignored', ['ignored']],
  ['removed', ['expired', 'dropped']],
  ['not known', ['unknown']],
];

/** How the deliveries of an event stand: `2 delivered, 1 dead` */
export function standingInWords({ deliveries }: Pick<Trail, 'deliveries'>): string {
  const counts = STATES.flatMap(([words, states]) => {
    const count = deliveries.filter(({ state }) => states.includes(state)).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return counts.join(', ') || 'ignored by every endpoint';
}

/** Why entries of a gap were thrown away. */
export const GAPS: Readonly<Record<DropReason, string>> = {
  away: 'Redis was away, or more came at once than it took in time',
  memory: 'Redis was over 70 % of its maxmemory',
};

/**
 * The effect of a Redis outage on each source: what its sender does with a 503, what to configure there, and whether
 * the local spool stores its requests. Ingest uses the same function, so `longshore check` prints what happens.
 */

import { printable } from '@longshore/settings/format';
import { keepsWhatIsRefused, type OnFailure, senderOf } from '@longshore/sources/settings';
import type { Config } from './schema.js';

/** A configured source as `longshore check --json` shows it. */
export interface DescribedSender {
  source: string;
  kind: string;
  onFailure: OnFailure;
  /** What the sender does when it gets no 2xx. */
  words: string;
  /** What to set on its side. */
  advice: string;
  /** Whether its requests go to the spool while Redis is unavailable. */
  spooled: boolean;
  /** What happens to its events while Redis is unavailable. */
  outage: string;
}

/**
 * Do requests of this source go to the spool while Redis is unavailable? By the source's own setting, else by the kind:
 * if a 503 would lose the event.
 * @param source its name; of a kind on the open path, where nothing is set, that of the kind
 */
export function isSpooled({ ingest, sources }: Config, source: string, kind: string): boolean {
  if (!ingest.spool.enabled) return false;
  const asked = sources.find(({ name }) => name === source)?.spool ?? 'auto';
  return asked === 'auto' ? !keepsWhatIsRefused(senderOf(kind)) : asked === 'always';
}

/** Each configured source. */
export function describeSenders(config: Config): DescribedSender[] {
  return config.sources.flatMap(({ name, kind }) => {
    const sender = senderOf(kind);
    if (sender === undefined) return [];
    const spooled = isSpooled(config, name, kind);
    return [{ source: name, kind, ...sender, spooled, outage: outageOf(config, name, kind) }];
  });
}

/** The same for people: a paragraph for each source. */
export function senderParagraphs(config: Config): string[] {
  return describeSenders(config).map(({ source, kind, words, advice, outage }) => {
    const lines = [
      `on failure: ${words}`,
      `configure there: ${advice}`,
      `while Redis is unavailable: ${outage}`,
    ];
    return [`source ${printable(source)}, kind ${kind}`, ...lines.map((line) => `  ${line}`)].join('\n');
  });
}

function outageOf(config: Config, source: string, kind: string): string {
  if (isSpooled(config, source, kind)) {
    return 'its requests are spooled to the local disk, answered 202, and drained when Redis is available';
  }
  if (keepsWhatIsRefused(senderOf(kind))) return 'it gets 503 and retries';
  const why = config.ingest.spool.enabled ? 'spool: never' : 'ingest.spool is off';
  return `it gets 503, and events that it does not retry are lost (${why})`;
}

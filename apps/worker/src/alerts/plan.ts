/**
 * From one look to what is to be written and told: each receiver's findings against what it was told before.
 * Pure, but for the ids of new messages.
 */
import { randomUUID } from 'node:crypto';
import type { AlertConfig } from '@longshore/config';
import { type Decision, decide, type Told } from './decide.js';
import { type Finding, findingsFor, type Look } from './finding.js';
import type { Message } from './words.js';

/** Beyond the time-out of a message: by then its result is written, or its sender is dead. Milliseconds. */
const MARGIN = 2_000;

/** One message on its way. */
export interface Telling {
  /** Of what is remembered about it. */
  key: string;
  receiver: AlertConfig;
  told: Told;
  message: Message;
  /** See `Finding`. */
  amount?: number;
  /** The same in every attempt. */
  id: string;
  /** From 1. */
  attempt: number;
}

/** What is to be written, undefined to be forgotten, and what is to be told then. */
export function planned(
  receivers: readonly AlertConfig[],
  look: Look,
  stored: ReadonlyMap<string, Told>,
  now: number,
): { entries: Map<string, Told | undefined>; tellings: Telling[] } {
  const entries = new Map<string, Told | undefined>();
  const tellings: Telling[] = [];
  const seen = new Set<string>();
  for (const receiver of receivers) {
    const findings = new Map(
      [...findingsFor(receiver, look, now)].map(([name, finding]) => [storeKeyOf(receiver, name), finding]),
    );
    const own = [...stored.keys()].filter((key) => key.startsWith(storeKeyOf(receiver, '')));
    for (const key of new Set([...findings.keys(), ...own])) {
      seen.add(key);
      const finding = findings.get(key);
      const before = stored.get(key);
      const decision = decide(finding, before, receiver.window, now);
      const telling = tellingOf(decision, key, receiver, finding);
      if (telling) tellings.push(telling);
      const after = telling ? pendingIn(telling, now) : 'told' in decision ? decision.told : undefined;
      if (JSON.stringify(after) !== JSON.stringify(before)) entries.set(key, after);
    }
  }
  // Of receivers that left the configuration: there is nobody to tell.
  for (const key of stored.keys()) if (!seen.has(key)) entries.set(key, undefined);
  return { entries, tellings };
}

/** Names hold no line break. */
const storeKeyOf = ({ name }: AlertConfig, key: string): string => `${name}\n${key}`;

function tellingOf(
  decision: Decision,
  key: string,
  receiver: AlertConfig,
  finding: Finding | undefined,
): Telling | undefined {
  if (decision.do !== 'tell') return undefined;
  const { told, message } = decision;
  const again = told.pending?.state === message.state ? told.pending : undefined;
  const { id = randomUUID(), attempts = 0 } = again ?? {};
  return { key, receiver, told, message, amount: finding?.amount, id, attempt: attempts + 1 };
}

const pendingIn = ({ told, message, receiver, id, attempt }: Telling, now: number): Told => ({
  ...told,
  pending: { id, state: message.state, attempts: attempt, nextAt: now + receiver.timeout + MARGIN },
});

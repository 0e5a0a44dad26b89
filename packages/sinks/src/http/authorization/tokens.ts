/**
 * The tokens of a process: one for all deliveries with the same settings, whatever endpoint they are for. A token is
 * renewed when an attempt needs it and 80 % of its life are over; until the new one is there the old one is used.
 * Without deliveries nothing is asked.
 */
import type { Authorization, Granted, NotGranted } from './port.js';
import { type OAuth2Options, type Token, TokenRequest } from './token-request.js';

/** The share of its life after which a token is renewed. */
const RENEWED_AFTER = 0.8;
/** How long the answer to a renewal that failed counts, while the token before still lasts. */
const RENEWAL_PAUSE_MS = 1_000;

/** Shared by all sinks of a process, also by one that replaces another. */
export class TokenSources {
  readonly #sources = new Map<string, { source: TokenSource; users: number }>();

  /** @param now the monotonic clock, in milliseconds; for tests */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @throws Error for certificates that cannot be read */
  open(options: OAuth2Options): Authorization {
    const { trust: _, egress, ...settings } = options;
    const key = JSON.stringify([settings, egress?.rules]);
    const entry = this.#sources.get(key) ?? { source: new TokenSource(options, this.now), users: 0 };
    entry.users++;
    this.#sources.set(key, entry);
    const { source } = entry;
    let isOpen = true;
    return {
      get: (signal) => source.get(signal),
      renew: (refused, signal) => source.renew(refused, signal),
      secrets: () => source.secrets(),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        if (--entry.users > 0) return;
        this.#sources.delete(key);
        source.close();
      },
    };
  }
}

interface Held extends Granted {
  /** By the monotonic clock, in milliseconds. */
  renewAt: number;
  endsAt: number;
}

class TokenSource {
  readonly #request: TokenRequest;
  #held: Held | undefined;
  /** The last two: what is in flight has the one before. */
  #values: string[] = [];
  #pending: Promise<Held | NotGranted> | undefined;

  constructor(
    private readonly options: OAuth2Options,
    private readonly now: () => number,
  ) {
    this.#request = new TokenRequest(options);
  }

  async get(signal: AbortSignal): Promise<Granted | NotGranted> {
    const held = this.#held;
    const now = this.now();
    if (!held || now >= held.endsAt) return unlessAborted(this.#fetch(), signal);
    if (now >= held.renewAt) {
      held.renewAt = now + RENEWAL_PAUSE_MS;
      void this.#fetch();
    }
    return held;
  }

  async renew(refused: Granted, signal: AbortSignal): Promise<Granted | NotGranted> {
    if (this.#held && this.#held.value !== refused.value) return this.#held;
    this.#held = undefined;
    return unlessAborted(this.#fetch(), signal);
  }

  secrets(): string[] {
    return [this.options.clientsecret, ...this.#values];
  }

  close(): void {
    this.#request.close();
  }

  /** One request for all who wait. */
  #fetch(): Promise<Held | NotGranted> {
    this.#pending ??= this.#request.send().then((answer) => {
      this.#pending = undefined;
      if ('result' in answer) return answer;
      const held = heldFrom(answer, this.now());
      this.#held = held;
      this.#values = [...this.#values.slice(-1), held.value];
      return held;
    });
    return this.#pending;
  }
}

function heldFrom({ value, lifetime }: Token, now: number): Held {
  return { value: `Bearer ${value}`, renewAt: now + RENEWED_AFTER * lifetime, endsAt: now + lifetime };
}

/** The request continues for the others. */
async function unlessAborted(
  pending: Promise<Granted | NotGranted>,
  signal: AbortSignal,
): Promise<Granted | NotGranted> {
  if (signal.aborted) return { result: 'aborted' };
  let onAbort = () => {};
  const aborted = new Promise<NotGranted>((resolve) => {
    onAbort = () => resolve({ result: 'aborted' });
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The port for credentials that are made while events flow: what stands in `Authorization` in each attempt. */
import type { Outcome } from '@longshore/event';
import type { Deferred } from '../../sink.js';

/** For one attempt. */
export interface Granted {
  /** `Bearer …` */
  value: string;
}

/** Why there is nothing to send: the receiver was not asked. `'aborted'`: the attempt was. */
export interface NotGranted {
  result: Outcome | Deferred | 'aborted';
}

/** Never rejects. */
export interface Authorization {
  get(signal: AbortSignal): Promise<Granted | NotGranted>;
  /** The receiver answered 401 to `refused`: another value, asked for only once for all who had that one. */
  renew(refused: Granted, signal: AbortSignal): Promise<Granted | NotGranted>;
  /** What must not be shown now. */
  secrets(): readonly string[];
  /** No attempt uses it any more. */
  close(): void;
}

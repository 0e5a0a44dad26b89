/** What a broker said, or why it could not be asked, as the outcome of an attempt. */
import type { BrokerReason, TransportReason } from '@longshore/event';

/** How an attempt failed. The message is one line: what happened and what to do, without a secret. */
export class BrokerFault extends Error {
  override readonly name = 'BrokerFault';

  /**
   * @param reason of the outcome
   * @param final the same message would fail again: the delivery is dead-lettered at once
   */
  constructor(
    readonly reason: Exclude<BrokerReason, 'confirmed'> | TransportReason,
    message: string,
    readonly final = false,
  ) {
    super(message);
  }
}

/** The client of this kind is not installed. */
export class PackageMissing extends Error {
  override readonly name = 'PackageMissing';
}

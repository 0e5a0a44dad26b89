/** What endpoints of every kind of broker have, whatever their block is called. */
import { compileTexts, type Texts } from '@longshore/formats/template';
import { type brokers, brokerTexts } from '@longshore/sinks/brokers';
import type { BrokerEndpoint } from './endpoint.js';

/** The block that has the kind's name. */
export function blockOf(endpoint: BrokerEndpoint): object {
  return (endpoint as unknown as Record<keyof typeof brokers, object>)[endpoint.kind];
}

/** The templates of the block, compiled. Never throws. */
export const textsOf = (endpoint: BrokerEndpoint): Texts =>
  compileTexts(brokerTexts(endpoint.kind, blockOf(endpoint)));

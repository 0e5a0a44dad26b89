/** What the configuration needs to know of message brokers, without their clients: `@longshore/sinks/brokers`. */
export { type BrokerKind, brokers, brokerTexts, isBroker } from '../brokers/kinds.js';
export { brokerUrlFault, missingPackage } from '../brokers/usable.js';

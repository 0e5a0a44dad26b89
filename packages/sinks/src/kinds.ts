/** What the configuration needs to know of sinks, without the clients behind them: `@longshore/sinks/kinds`. */
export { type AuthSettings, auth } from './http/authorization/settings.js';
export type { TargetSchema } from './preheat/targets/kinds.js';
export { target } from './preheat/targets/union.js';

import { BROKER_KINDS } from './brokers/kinds.js';

/** As in an endpoint's `kind`. */
export const SINK_KINDS = ['http', 'preheat', 'copy', 'archive', ...BROKER_KINDS] as const;

/** An endpoint’s `kind`. */
export type SinkKind = (typeof SINK_KINDS)[number];

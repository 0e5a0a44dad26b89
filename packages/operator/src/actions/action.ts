/**
 * An action of an operator on one endpoint. `longshore NAME ENDPOINT`, `POST /api/v1/endpoints/{name}/NAME` and the
 * form on the endpoint's page are made of it. It is loaded before a command is known, so it imports nothing but `event`
 * and types.
 */
import type { DashboardRole } from '@longshore/config';
import type { HoldSwitch } from '@longshore/queue/hold';
import type { Pauses } from '@longshore/queue/operator';
import type { EndpointOverview } from '../endpoints.js';

/** What an action works with. */
export interface ActionContext {
  /** An endpoint that exists. */
  endpoint: string;
  /** The actor, for notes and records: `longshore pause`, `the dashboard`. */
  by: string;
  pauses: Pauses;
  holds: Pick<HoldSwitch, 'probe'>;
}

/** A text that an action takes: `--NAME TEXT`, a field of the API's body, a field of the form. */
export interface ActionOption {
  /** A phrase for help and API: `shown to other operators`. */
  words: string;
  /** Characters. */
  maxLength: number;
}

/** See the header. */
export interface Action {
  name: string;
  /** One phrase without a full stop. */
  summary: string;
  /** Who may do it on the dashboard; each role has the rights of those before it: viewer, operator, admin. */
  role: DashboardRole;
  /** What it means for deliveries. */
  description: string;
  /** Arguments behind the command's name, for its help. */
  examples: readonly string[];
  options: Readonly<Record<string, ActionOption>>;
  /** Whether the endpoint's page has a button for it now. Without it, it has none of its own. */
  offered?(endpoint: EndpointOverview): boolean;
  /** @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable */
  run(context: ActionContext, options: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** The result, printed by the command; the other lines are warnings. */
  result(endpoint: EndpointOverview): readonly [string, ...string[]];
}

/** The environment, for a process that has not decided yet whether it needs a configuration. */
export { type Env, environment, useUtc } from '@longshore/settings/environment';

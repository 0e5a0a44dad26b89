/** For a process that has not decided yet whether it needs a configuration: loads 2 modules instead of 300. */
export { type Env, environment, isLoopback, useUtc } from '@longshore/settings/environment';

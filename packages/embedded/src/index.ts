/** Servers of this process’s own: a program that is watched, so that it does not outlive its owner. */
export type { Configuration, EmbeddedOptions, EmbeddedServer } from './port.js';
export {
  type ProcessExit,
  type SystemUser,
  type WatchedOptions,
  type WatchedProcess,
  watchedProcess,
} from './watched-process.js';

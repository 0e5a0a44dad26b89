/** All scenarios, and how much of each. */
import { cluster } from './cluster.mjs';
import { blackhole, event, latency, processes } from './delivery.mjs';
import { ack, fanout, notifier } from './ingest.mjs';
import { flood, soak, waiting } from './loads.mjs';
import { idle, memory } from './rest.mjs';

/** Each takes a scale and resolves with rows of a table. */
export const SCENARIOS = {
  ...{ notifier, ack, event, fanout, latency, memory, idle, blackhole, processes, cluster },
  ...{ flood, waiting, soak },
};

/** Those that take minutes. */
export const SHORT = Object.keys(SCENARIOS).slice(0, 10);

/** Events of a round, rounds after the warm-up, seconds at a steady rate, idle endpoints, how many of its set-ups, … */
export const FULL = {
  ...{ events: 5_000, rounds: 3, seconds: 20, idle: 1_000, setups: 10 },
  ...{ flood: 100_000, megabytes: 7, waiting: 1_000_000, minutes: 30, rate: 200 },
};

/** Whether it works, in seconds. */
export const SMOKE = {
  ...{ events: 16, rounds: 0, seconds: 0.2, idle: 20, setups: 1 },
  ...{ flood: 10, megabytes: 1, waiting: 20, minutes: 0.005, rate: 50 },
};

/** `longshore trace`: asks the relay's Redis and puts the answer in words. */
import { type Env, everyEndpoint, sourceNames } from '@longshore/config';
import { createInspector, createPauses, createTracer, type Traced } from '@longshore/queue/operator';
import { defaultConfig } from '../commands/options.js';
import { type Relay, withRelay } from '../relay.js';
import { list, nothing } from './list.js';
import { timeline } from './timeline.js';
import { painter, type View } from './view.js';
import { moment } from './words.js';

export interface TraceOptions {
  /** The configuration's path. */
  config: string;
  endpoint?: string;
  limit: number;
  json?: boolean;
}

/** @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, RELAY_NOT_RUNNING, QUEUE_UNAVAILABLE */
export function trace(
  search: string,
  { config: file, json, ...query }: TraceOptions,
  env: Env,
): Promise<{ lines: string[]; found: boolean }> {
  return withRelay(file, env, async (relay) => {
    const { config, client, prefix } = relay;
    const tracer = createTracer(client, prefix, () => sourceNames(config));
    const traced = await tracer.find({ search, ...query });
    const found = traced.trails.length > 0;
    if (json) return { lines: [JSON.stringify(traced, null, 2)], found };
    const view: View = {
      paint: painter(process.stdout.isTTY === true && !env.NO_COLOR),
      now: Date.now(),
      option: file === defaultConfig(env) ? '' : ` --config ${file}`,
      held: await heldEndpoints(traced, relay),
    };
    const [first] = traced.trails;
    if (!first) return { lines: nothing(traced, view), found };
    return { lines: traced.trails.length === 1 ? timeline(first, traced, view) : list(traced, view), found };
  });
}

async function heldEndpoints(
  traced: Traced,
  { config, client, prefix }: Relay,
): Promise<Map<string, string>> {
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const waiting = traced.trails.flatMap(({ deliveries }) =>
    deliveries.filter(({ state }) => state === 'waiting' || state === 'delayed'),
  );
  const held = new Map<string, string>();
  for (const endpoint of new Set(waiting.map((delivery) => delivery.endpoint))) {
    const settings = everyEndpoint(config).find(({ name }) => name === endpoint);
    const pause = await pauses.get(endpoint);
    if (!settings) held.set(endpoint, 'the endpoint is not in the configuration');
    else if (settings.disabled) held.set(endpoint, 'the endpoint is disabled');
    else if (settings.paused) held.set(endpoint, 'the endpoint is paused in the configuration');
    else if (pause) {
      const by = pause.by ? ` by ${pause.by}` : '';
      held.set(endpoint, `the endpoint is paused${by}${pause.since ? ` since ${moment(pause.since)}` : ''}`);
    }
  }
  await Promise.all([pauses.close(), inspector.close()]);
  return held;
}

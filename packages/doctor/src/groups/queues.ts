/** What waits, and why: the endpoints that need attention. */
import { type Config, everyEndpoint } from '@longshore/config';
import { formatDuration, LongshoreError, plural } from '@longshore/event';
import { unattended } from '@longshore/queue/examine';
import { createInspector } from '@longshore/queue/operator';
import { createPulseReader, type EndpointPulse, stateOf } from '@longshore/queue/pulse';
import { type Finding, of, pass, skip, warn } from '../finding.js';
import { clientOf, type DoctorParts } from '../parts.js';
import { untilReady } from './until-ready.js';

/** A backlog this old needs attention. Milliseconds. */
const OLD_MS = 3_600_000;

/** See the header. */
export async function checkQueues(parts: DoctorParts): Promise<Finding[]> {
  const client = clientOf(parts);
  if (!client) return [skip('backlog', 'Redis cannot be used')];
  await untilReady(client, parts.timeout);
  const { config } = parts;
  const inspector = createInspector(client, config.redis.prefix);
  try {
    const configured = everyEndpoint(config).map(({ name }) => name);
    const names = [...new Set([...configured, ...(await inspector.known())])];
    const pulses = await createPulseReader(client, config.redis.prefix).read(names);
    const stalled = pulses.map(async ({ endpoint, active }) =>
      active > 0 ? checkStalled(endpoint, await unattended(client, config.redis.prefix, endpoint)) : [],
    );
    const found = [
      ...pulses.flatMap((pulse) => checkOne(pulse, config)),
      ...(await Promise.all(stalled)).flat(),
    ];
    return found.length > 0
      ? found
      : [pass('backlog', `${plural(names.length, 'queue')}, none needs attention`)];
  } catch (error) {
    if (error instanceof LongshoreError) return [skip('backlog', 'Redis cannot be used')];
    throw error;
  } finally {
    await inspector.close();
  }
}

/** Between the death of a worker and the next look at its endpoint a few seconds pass. */
function checkStalled(name: string, count: number): Finding[] {
  if (count === 0) return [];
  const message = `${plural(count, 'delivery is', 'deliveries are')} in flight without a worker: the one that took them was killed, or hangs`;
  const fix = 'run it again in 15 s; if they are still there, start a worker: longshore run --role worker';
  return [of(name, warn('stalled', message, fix))];
}

function checkOne(pulse: EndpointPulse, config: Config): Finding[] {
  const { endpoint: name, waiting, delayed, active, dead, oldestAt } = pulse;
  const kept = waiting + delayed + active;
  const settings = everyEndpoint(config).find((each) => each.name === name);
  const found: Finding[] = [];
  if (!settings) {
    if (kept + dead === 0) return [];
    const message = `not in the configuration, and ${plural(kept + dead, 'delivery is', 'deliveries are')} kept for it`;
    const fix = `add the endpoint again to deliver them; to delete its dead letters: longshore dead drop --endpoint '${name}'`;
    return [of(name, warn('removed', message, fix))];
  }
  const now = Date.now();
  const state = stateOf(pulse, settings, now);
  const age = oldestAt === undefined ? 0 : now - oldestAt;
  if (state === 'held' || state === 'failing') {
    const { reason = '', detail = reason } = pulse.lastError ?? {};
    found.push(
      of(
        name,
        warn(state, `${state}: ${detail}`, `longshore status --endpoint '${name}'; docs/runbooks/sink.md`),
      ),
    );
  } else if (state === 'paused' && kept > 0) {
    const message = `paused, and ${plural(kept, 'delivery waits', 'deliveries wait')}`;
    found.push(of(name, warn('paused', message, `longshore resume '${name}'`)));
  } else if (age > OLD_MS) {
    const message = `the oldest of ${plural(kept, 'delivery', 'deliveries')} waits for ${formatDuration(age)}`;
    found.push(of(name, warn('backlog', message, 'start a worker, or raise `concurrency` of the endpoint')));
  }
  if (dead > 0) {
    const fix = `longshore dead list --endpoint '${name}', then longshore dead retry --endpoint '${name}'`;
    found.push(of(name, warn('dead', `${plural(dead, 'dead letter')} kept`, fix)));
  }
  return found;
}

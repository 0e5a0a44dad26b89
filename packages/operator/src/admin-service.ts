/**
 * What an operator sees and does, once: the command line, the API and the pages call these functions. Nothing here
 * knows HTTP.
 */
import { describeEndpoint, sourceNames } from '@longshore/config';
import { createActivityReader, readSources } from '@longshore/queue/activity';
import { createDeadLetters } from '@longshore/queue/dead';
import { createDeliveries } from '@longshore/queue/deliveries';
import { createHoldSwitch } from '@longshore/queue/hold';
import { createJournal } from '@longshore/queue/journal';
import { createMemoryHistory } from '@longshore/queue/memory';
import { createInspector, createOperations, createPauses, createRefusals } from '@longshore/queue/operator';
import { createPreheatRuns } from '@longshore/queue/preheat';
import { createPulseReader } from '@longshore/queue/pulse';
import { createQuarantine } from '@longshore/queue/quarantine';
import { createTracer } from '@longshore/queue/trail';
import { createActs } from './access/acts.js';
import type { Actor } from './access/role.js';
import { deadLetterMethods } from './dead-letters.js';
import { createEndpoints } from './endpoints.js';
import { explainMethods } from './explain/methods.js';
import { listingOf, notFound } from './listing.js';
import type { AdminService, AdminServiceDeps } from './port.js';
import { quarantineMethods } from './quarantine.js';
import { positionOf } from './query.js';
import { replayMethods } from './replay/methods.js';
import { testMethods } from './tests.js';

/** See {@link AdminService}. Closing it closes what it opened; not the client. */
export function createAdminService(deps: AdminServiceDeps): AdminService {
  const { client, config, by: via, replay, archive, preview, now = Date.now } = deps;
  const { prefix } = config().redis;
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const pulse = createPulseReader(client, prefix);
  const endpoints = createEndpoints({ config, inspector, pauses, pulse, now });
  // Including those of the configuration that no worker has registered yet.
  const known = { known: endpoints.names };
  const letters = createDeadLetters(client, prefix, known);
  const deliveries = createDeliveries(client, prefix, known);
  const tracer = createTracer({
    ...{ client, prefix, sources: () => sourceNames(config()) },
    ...(archive && { archive: archive.history }),
  });
  const quarantine = createQuarantine(client, prefix);
  const journal = createJournal(client, prefix);
  const runs = createPreheatRuns(client, prefix);
  const holds = createHoldSwitch(client, prefix);
  const activity = createActivityReader(client, prefix);
  const memory = createMemoryHistory(client, prefix);
  const refusals = createRefusals(client, prefix);
  const operations = createOperations(client, prefix);
  const methods = (actor: Actor): AdminService => {
    const acts = createActs({ journal, actor, via, now });
    return {
      as: methods,
      acted: acts.done,
      names: endpoints.names,
      endpoints: endpoints.all,
      endpoint: endpoints.one,
      described: (name) => describeEndpoint(config(), name),
      async act(action, name, options = {}) {
        const endpoint = await endpoints.existing(name);
        await action.run({ pauses, holds, by: acts.by, endpoint }, options);
        await acts.done({ action: action.name, endpoint });
        return endpoints.one(name);
      },
      activity: (names) => activity.read(names, now()),
      sources: () => readSources(client, prefix, now()),
      ping: async () => void (await client.ping()),
      memory: memory.read,
      refused: refusals.list,
      operations,
      preheats: async (name) => runs.list(await endpoints.existing(name)),
      async deliveries(name, state, { limit, after }) {
        return listingOf(
          await deliveries.page(await endpoints.existing(name), state, limit, positionOf(after)),
        );
      },
      delivery: async (id) => (await deliveries.find(id)) ?? notFound('delivery', id),
      trace: (query) => tracer.find(query),
      recent: (paging) => tracer.recent(paging),
      ...deadLetterMethods({ letters, endpoints, acts, now }),
      ...quarantineMethods({ quarantine, journal, replay, acts, now }),
      ...explainMethods({ config, preview, archive, deliveries, history: tracer, now }),
      ...testMethods({ endpoints, sendTest: deps.sendTest, acts, now }),
      ...replayMethods({
        ...{ config, archive, endpoints, deliveries, letters, acts, now, history: tracer },
        ...{ republish: deps.republish, record: deps.recordReplayed },
      }),
      async close() {
        await Promise.all([inspector, pauses].map((each) => each.close()));
      },
    };
  };
  return methods(deps.actor ?? NO_ONE);
}

/** Where no one signs in. */
const NO_ONE: Actor = { name: '', kind: 'open', role: 'admin' };

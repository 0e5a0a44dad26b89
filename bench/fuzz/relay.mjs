/** What a process and its Redis hold, seen from outside. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createQuarantine } from '@longshore/queue/quarantine';

/** Bytes of memory that a process holds, and the most that it held (Linux). */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { held: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** Looks into the Redis of a relay by the socket in its data folder. */
export async function lookInto(datadir) {
  const socket = (await readFile(join(datadir, 'redis', 'socket'), 'utf8')).trim();
  const client = connect({ socket: () => socket }, 'consumer', () => {});
  const quarantine = createQuarantine(client, 'longshore');
  const inspector = createInspector(client, 'longshore');
  return {
    quarantined: () => quarantine.count(),
    /** Deliveries of an endpoint that are not settled. */
    async pending(endpoint) {
      const { waiting, active, delayed } = await inspector.counts(endpoint);
      return waiting + active + delayed;
    },
    close: () => client.disconnect(),
  };
}

/** Events at a steady rate while PostgreSQL is stopped for a part of the time: what the archive has, and what the other endpoint sees. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openArchive } from '@longshore/archive';
import { postgresAddress, startEmbeddedPostgres } from '@longshore/embedded/postgres';
import { startLongshore, startSink, stopAll } from '../processes.mjs';
import { post, rounded, untilDelivered } from '../speed/measure.mjs';

/** Time in which the rest has to be in the archive. */
const AT_LAST_MS = 120_000;
const LOOK_INTERVAL_MS = 100;

/**
 * @param events posted in all, a third each before, while PostgreSQL is stopped, and after
 * @param rate events a second
 * @returns counts of the archive, and for each third the percentiles of the other endpoint's latency in ms
 */
export async function outage({ events, rate }) {
  const datadir = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const place = join(datadir, 'url');
  // Its socket is in another place after each start; the relay reads the file for each connection.
  const start = async () => {
    const started = await startEmbeddedPostgres({ datadir, path: process.env.PATH });
    const { database, socket, user } = postgresAddress(started.socket);
    await writeFile(place, `postgresql:///${database}?host=${encodeURIComponent(socket)}&user=${user}`);
    return started;
  };
  let postgres = await start();
  const sink = await startSink();
  const relay = await startLongshore({
    archive: { url: `file:${place}` },
    notifications: { endpoints: [{ name: 'one', url: sink.url }] },
  });
  const third = Math.ceil(events / 3);
  const phase = async (name) => {
    await post(relay.ingest, third, 16, 'keep', rate);
    const { count, p50, p95 } = await untilDelivered(sink, third);
    return { 'PostgreSQL is': name, received: count, 'p50 ms': rounded(p50), 'p95 ms': rounded(p95) };
  };
  try {
    const phases = [await phase('there')];
    await postgres.stop();
    phases.push(await phase('stopped'));
    postgres = await start();
    phases.push(await phase('there again'));
    const stored = await archived(await readFile(place, 'utf8'), 3 * third);
    const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
    const settled = [
      ...metrics.matchAll(/^longshore_deliveries_settled_total\{.*outcome="dead".*\} (\d+)$/gm),
    ];
    return { posted: 3 * third, ...stored, dead: settled.reduce((sum, [, n]) => sum + Number(n), 0), phases };
  } finally {
    await stopAll();
    await postgres.stop();
    await relay.cleanUp();
    await rm(datadir, { recursive: true, force: true });
  }
}

/** Waits until so many rows are there, and counts the events in them. */
async function archived(url, count) {
  const archive = openArchive({ connection: { url }, onError() {} });
  const query =
    'select count(*)::int as rows, count(distinct event_uuid)::int as events from longshore.event';
  try {
    for (const end = Date.now() + AT_LAST_MS; ; await pause(LOOK_INTERVAL_MS)) {
      const { rows } = await archive.pool.query(query);
      if (rows[0].rows >= count || Date.now() > end) return rows[0];
    }
  } finally {
    await archive.close();
  }
}

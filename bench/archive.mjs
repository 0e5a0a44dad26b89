/**
 * What searches of the archive cost: CPU of PostgreSQL's backend, and wall time beside that of `select 1`, over a
 * PostgreSQL with the settings of the embedded one, on one connection.
 *
 * `node archive.mjs [EVENTS] [ROUNDS]`, from the bench folder after a build, on Linux. A million events take 0.8 GB of
 * disk and some three minutes of CPU; the writer writes 25,000 of them. Exit code 1: a query is beyond its budget.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchive } from '@longshore/archive';
import { createArchiveReader, READ_TIMEOUT_MS } from '@longshore/archive/read';
import { postgresAddress, startEmbeddedPostgres } from '@longshore/embedded/postgres';
import { chance, generate } from './archive/generate.mjs';
import { queriesOf, someDigests } from './archive/queries.mjs';

const [count, rounds] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 100)];
const WRITTEN = Math.min(count, 25_000);
/** Wall time of a query at p95, on a machine without other load. */
const WALL_MS = 100;
const MAX_BYTES = 800;

const datadir = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
const postgres = await startEmbeddedPostgres({ datadir, path: process.env.PATH });
const connection = postgresAddress(postgres.socket);
const archive = openArchive({
  connection: { ...connection, socket: () => connection.socket },
  max: 1,
  statementTimeout: 0,
  onError() {},
});
let failed = false;
try {
  await archive.migrate();
  await fill();
  await archive.pool.query(`set statement_timeout = ${READ_TIMEOUT_MS}`);
  await measure();
} finally {
  await archive.close();
  await postgres.stop();
  rmSync(datadir, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** As `openArchive` takes it. */
async function fill() {
  const pid = await backend();
  const before = cpuOf(pid);
  const own = await generate(archive, count, WRITTEN, (copy, copies) => {
    if (copy === 2)
      console.log(
        `one copy of ${WRITTEN} events: ${(cpuOf(pid) - before).toFixed(0)} ms of CPU with what was written`,
      );
    if (copy % 10 === 0) console.log(`${copy} of ${copies} copies`);
  });
  console.log(`the writer's process: ${(own * 1_000).toFixed(0)} µs of CPU an event`);
  const [{ rows }] = [
    await archive.pool.query(`
      select (select count(*) from event) as events, sum(pg_total_relation_size(c.oid)) filter (where c.relname like 'event%') as bytes,
        sum(pg_total_relation_size(c.oid)) as all
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'longshore' and c.relkind = 'r'`),
  ];
  const [{ events, bytes, all }] = rows;
  console.log(
    `${events} events: ${(bytes / events).toFixed(0)} bytes each with indexes, ${(all / events).toFixed(0)} with all tables`,
  );
  if (bytes / events > MAX_BYTES) failed = true;
  const parts = await archive.pool.query(
    `
    select regexp_replace(c.relname, '_2026_\\d\\d', '') as name, round(sum(pg_relation_size(c.oid)) / $1, 1)::float8 as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('longshore', 'pg_toast') and c.relkind in ('r', 'i', 't') group by 1 having sum(pg_relation_size(c.oid)) / $1 > 1
    order by 2 desc`,
    [events],
  );
  console.log(parts.rows.map(({ name, bytes: size }) => `${name} ${size}`).join(', '));
}

async function backend() {
  const { rows } = await archive.pool.query('select pg_backend_pid() as pid');
  return rows[0].pid;
}

/** Milliseconds of CPU that a process has used. */
function cpuOf(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
}

async function measure() {
  const reader = createArchiveReader(archive);
  const pid = await backend();
  const one = ['select 1', undefined, () => archive.pool.query('select 1')];
  const queries = [one, ...queriesOf(reader, await someDigests(archive.pool))];
  console.log('\n| query | CPU p50 | CPU p95 | wall p50 | wall p95 |\n| --- | --- | --- | --- | --- |');
  for (const [name, budget, run] of queries) {
    const random = chance(7);
    for (let n = 0; n < 5; n++) await run(random);
    const [cpu, wall] = [[], []];
    for (let n = 0; n < rounds; n++) {
      const [started, used] = [performance.now(), cpuOf(pid)];
      await run(random);
      wall.push(performance.now() - started);
      cpu.push(cpuOf(pid) - used);
    }
    const isOver = budget !== undefined && (at(cpu, 0.95) > budget || at(wall, 0.95) > WALL_MS);
    if (isOver) failed = true;
    const cells = [at(cpu, 0.5), at(cpu, 0.95), at(wall, 0.5), at(wall, 0.95)].map((ms) => ms.toFixed(1));
    console.log(`| ${name} | ${cells.join(' | ')} |${isOver ? ` over ${budget} ms` : ''}`);
  }
}

function at(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/**
 * What one worker process does for the whole deployment, the one that leads: retention, room in a Redis that fills
 * up, the partitions of the archive, and the records of what operators did. Before each step it asks Redis whether it still leads. Every worker
 * process takes part in the election; one that does not lead waits.
 */
import { type Config, everyEndpoint } from '@longshore/config';
import { ignore } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { IngestRecord } from '@longshore/observe/ingest-record';
import { type Monitor, RELIEVE_FROM } from '@longshore/queue';
import type { Agenda, Leader, Retention } from '@longshore/queue/housekeeping';
import type { JournalReader } from '@longshore/queue/journal';
import type { MemoryHistory } from '@longshore/queue/memory';
import type { Inspector } from '@longshore/queue/operator';
import type { TrailWriter } from '@longshore/queue/trail';
import type { ArchiveKeep } from './archive-keep.js';
import { createNoteRecorder } from './journal.js';
import { reportLeftovers } from './leftovers.js';
import { createRelief } from './relief.js';
import { createRetentionRounds } from './retention.js';

/** What is kept in order, and where that is recorded. */
export interface HousekeepingParts {
  config(): Config;
  leader: Pick<Leader, 'confirm' | 'leads'>;
  retention: Retention;
  agenda: Agenda;
  inspector: Inspector;
  journal: JournalReader<IngestRecord>;
  monitor: Pick<Monitor, 'health'>;
  memory: Pick<MemoryHistory, 'note'>;
  observer: Observer;
  trail: Pick<TrailWriter, 'note' | 'sweep'>;
  /** Absent without an archive. */
  archive?: ArchiveKeep;
  /** For tests: see `createRetentionRounds`. */
  forgetAfterMs?: number;
}

/** Runs until it is closed. */
export interface Housekeeping {
  /** These endpoints have queues from now on, also when they leave the configuration a moment later. */
  note(config: Config): void;
  close(): Promise<void>;
}

const TURN_INTERVAL_MS = 1_000;
/** A mark of a list of notes can get lost; then its records are late by this. */
const NOTES_SWEEP_MS = 15_000;
/** In a Cluster a sweep costs a command for each endpoint: at most five a second. */
const NOTES_SWEEP_MS_PER_ENDPOINT = 200;
/** A look that is missing from the agenda is late by this: in a Cluster, beside another version, after a board. */
const AGENDA_SWEEP_MS = 15_000;
const ROUND_INTERVAL_MS = 60_000;
const LOG_INTERVAL_MS = 10_000;

/** Runs until closed. Failures are logged, and the next turn tries again. */
export function startHousekeeping(parts: HousekeepingParts): Housekeeping {
  const { monitor, observer, leader, archive } = parts;
  const announced = createAnnouncements(parts);
  const duties = createDuties(parts);
  let leads = false;

  const turn = async (): Promise<void> => {
    if (!monitor.health.up) return;
    await announced.write();
    const led = leads;
    leads = await leader.confirm();
    if (leads && !led) {
      observer.log.info({}, 'this worker leads: it does the housekeeping of all workers');
      duties.begin();
      archive?.begin();
    }
    if (led && !leads) observer.log.info({}, 'this worker no longer leads');
    if (leads) archive?.turn();
    if (leads) leads = await duties.run();
    if (leads) return;
    archive?.end();
    await duties.end();
  };

  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= turn()
      .catch((err) =>
        observer
          .throttledLog('housekeeping', LOG_INTERVAL_MS)
          .warn({ err }, 'housekeeping failed, will try again'),
      )
      .finally(() => {
        running = undefined;
      });
  }, TURN_INTERVAL_MS);

  return {
    note: announced.note,
    async close() {
      clearInterval(timer);
      await running;
      await duties.end().catch(ignore('queue.notes.held')); // another process has it two minutes later
      await archive?.close();
    },
  };
}

/** Each process makes the endpoints of its configuration known, once for each configuration. */
function createAnnouncements({ config, inspector }: HousekeepingParts) {
  const unwritten = new Set<string>();
  const note = (config: Config): void => {
    for (const { name } of everyEndpoint(config)) unwritten.add(name);
  };
  note(config());
  return {
    note,
    async write(): Promise<void> {
      if (unwritten.size === 0) return;
      const names = [...unwritten];
      await inspector.remember(names);
      for (const name of names) unwritten.delete(name);
    },
  };
}

/** What the leader does, and when each was done last. */
function createDuties(parts: HousekeepingParts) {
  const { config, leader, retention, agenda, inspector, journal, monitor, memory, observer, trail } = parts;
  const notes = createNoteRecorder({ journal, leader, observer, trail });
  const rounds = createRetentionRounds({ ...parts, notes });
  const relief = createRelief(parts);
  let known: string[] = [];
  let reported: Config | undefined;
  // By a clock that is not set back, as all times of this process that are not stored.
  let nextAgendaAt = 0;
  let nextSweepAt = 0;
  let nextRoundAt = 0;

  const recordAll = async (lists: readonly string[]): Promise<boolean> => {
    for (const list of lists) if ((await notes.record(list)) === 'lost') return false;
    return true;
  };

  /** Finds what has no mark. */
  const sweep = async (): Promise<boolean> => {
    const unread = await journal.unread(known);
    const each = journal.asksEach ? known.length * NOTES_SWEEP_MS_PER_ENDPOINT : 0;
    nextSweepAt = performance.now() + Math.max(NOTES_SWEEP_MS, each);
    return recordAll(unread);
  };

  const prepareRound = async (): Promise<void> => {
    const now = config();
    // Again and again: a Redis that lost its data has lost this too.
    await inspector.remember(everyEndpoint(now).map(({ name }) => name));
    await trail.sweep();
    // Without a maxmemory there is nothing to forecast.
    if (Number.isFinite(monitor.health.limit)) {
      await memory.note({ at: Date.now(), share: monitor.health.memory });
    }
    rounds.touch(await retention.active());
    nextRoundAt = performance.now() + ROUND_INTERVAL_MS;
  };

  return {
    /** Everything is to be looked at: the leader before may have been killed at any point. */
    begin(): void {
      nextAgendaAt = 0;
      nextSweepAt = 0;
      nextRoundAt = 0;
      reported = undefined;
      rounds.touchAll();
    },
    end: notes.letGo, // rejects with Redis' error
    /** @returns false when this process no longer leads. Rejects with Redis' error */
    async run(): Promise<boolean> {
      if (performance.now() >= nextAgendaAt) {
        await agenda.sweep();
        nextAgendaAt = performance.now() + AGENDA_SWEEP_MS;
      }
      const sweeps = performance.now() >= nextSweepAt;
      if (sweeps) {
        known = await inspector.known();
        rounds.plan(known);
      }
      if (monitor.health.memory >= RELIEVE_FROM && !(await relief.run(known))) return false;
      if (!(await recordAll(await journal.marked()))) return false;
      if (sweeps && !(await sweep())) return false;
      if (performance.now() >= nextRoundAt) await prepareRound();
      if (reported !== config()) {
        reported = config();
        rounds.touchAll();
        await reportLeftovers(reported, inspector, observer);
      }
      return rounds.run();
    },
  };
}

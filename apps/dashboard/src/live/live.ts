/**
 * Tells browsers when something on a page may have changed, by server-sent events. One look at the relay serves all
 * streams of this process, and there is none while no page is open. A browser then loads its page again.
 */
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { AdminService } from '@longshore/operator';
import type { Context } from 'koa';

/** The open streams. */
export interface Live {
  /** Answers with a stream. */
  open(ctx: Context): void;
  /** Ends all. */
  close(): void;
}

/** A look takes this share of a core at most. */
const LOOK_EVERY_MS = 2_000;
const LOOK_SHARE = 10;
/** Proxies end a connection on which nothing comes, usually after 60 s. */
const BEAT_MS = 15_000;
/** Then the browser opens another one, which is authenticated again. */
const LIFE_MS = 300_000;
/** Of one process: each costs a connection of the listener. */
const MOST = 500;

/** See the header. */
export function createLive(admin: Pick<AdminService, 'endpoints' | 'countQuarantine' | 'operations'>): Live {
  const streams = new Set<PassThrough>();
  let timer: NodeJS.Timeout | undefined;
  let last: string | undefined;

  const send = (text: string): void => {
    for (const stream of streams) stream.write(text);
  };
  const look = async (): Promise<void> => {
    const started = performance.now();
    try {
      const mark = await markOf(admin);
      if (last !== undefined && mark !== last) send(`event: changed\ndata: ${mark}\n\n`);
      last = mark;
    } catch {
      // The pages say what is wrong with Redis when they load again.
      send('event: changed\ndata: unknown\n\n');
    }
    if (streams.size === 0) return stop();
    timer = setTimeout(look, Math.max(LOOK_EVERY_MS, (performance.now() - started) * LOOK_SHARE)).unref();
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = undefined;
  };

  return {
    open(ctx) {
      if (streams.size >= MOST) {
        ctx.status = 503;
        return;
      }
      const stream = new PassThrough();
      const beat = setInterval(() => stream.write(': beat\n\n'), BEAT_MS).unref();
      const end = setTimeout(() => stream.end(), LIFE_MS).unref();
      stream.once('close', () => {
        streams.delete(stream);
        clearInterval(beat);
        clearTimeout(end);
      });
      streams.add(stream);
      ctx.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
      ctx.body = stream;
      stream.write('retry: 5000\n\n');
      timer ??= setTimeout(look, 0).unref();
    },
    close() {
      stop();
      for (const stream of streams) stream.end();
    },
  };
}

/** The same while nothing that pages show has changed. */
async function markOf(admin: Parameters<typeof createLive>[0]): Promise<string> {
  const [endpoints, quarantined, operations] = await Promise.all([
    admin.endpoints(),
    admin.countQuarantine(),
    admin.operations.list(),
  ]);
  const state = JSON.stringify([endpoints, quarantined, operations]);
  return createHash('sha256').update(state).digest('hex').slice(0, 16);
}

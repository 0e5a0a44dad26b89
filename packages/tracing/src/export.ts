/** Starts the export of spans: `@longshore/tracing/export`. OpenTelemetry is loaded here, and only when it is asked for. */
import type { TracingOptions } from './options.js';
import { wanted } from './variables.js';

export type { TracingOptions } from './options.js';

type Env = Readonly<Record<string, string | undefined>>;

/** An export that runs. */
export interface Tracing {
  /** The url that spans are posted to. */
  url: string;
  /** Exports what is left, within three seconds, and ends. Never fails. */
  close(): Promise<void>;
}

/** @returns undefined when `env` does not ask for it; then nothing was loaded. Never fails: `onTrouble` says why. */
export async function startTracing(
  env: Env,
  { version, onTrouble }: TracingOptions,
): Promise<Tracing | undefined> {
  const asked = wanted(env);
  if (!asked) return undefined;
  if ('problem' in asked) {
    onTrouble(`spans are not exported: ${asked.problem}`);
    return undefined;
  }
  const { startExport } = await import('./otlp.js');
  return { url: asked.url, close: startExport(asked, { version, onTrouble }) };
}

/** What the doctor says of the collector. */
export interface CollectorAnswer {
  url?: string;
  /** Why spans do not arrive, in one line; absent when they do. */
  problem?: string;
}

/** Posts an export without a span. @returns undefined when `env` asks for no export */
export async function tryCollector(env: Env, timeoutMs: number): Promise<CollectorAnswer | undefined> {
  const asked = wanted(env);
  if (!asked) return undefined;
  if ('problem' in asked) return { problem: asked.problem };
  const { tryExport } = await import('./otlp.js');
  return { url: asked.url, problem: await tryExport(asked, timeoutMs) };
}

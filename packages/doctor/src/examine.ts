/** Runs the groups of checks, one after the other, so that what one costs does not spoil the times of another. */
import { type Check, type Finding, GROUPS, type Group } from './finding.js';
import { checkArchive } from './groups/archive.js';
import { checkConfig } from './groups/config.js';
import { checkContainer } from './groups/container.js';
import { checkEndpoints } from './groups/endpoints.js';
import { checkHost } from './groups/host.js';
import { checkProcesses } from './groups/processes.js';
import { checkQueues } from './groups/queues.js';
import { checkRedis } from './groups/redis.js';
import { checkRegistries } from './groups/registry.js';
import { checkRelay } from './groups/relay.js';
import { checkSources } from './groups/sources.js';
import { checkTelemetry } from './groups/telemetry.js';
import type { DoctorParts } from './parts.js';

const RUN: Record<Group, (parts: DoctorParts) => Promise<Finding[]>> = {
  host: checkHost,
  config: checkConfig,
  container: checkContainer,
  redis: checkRedis,
  archive: checkArchive,
  relay: checkRelay,
  processes: checkProcesses,
  queues: checkQueues,
  endpoints: checkEndpoints,
  sources: checkSources,
  registry: checkRegistries,
  telemetry: checkTelemetry,
};

/** Which groups run, and who hears of each. */
export interface DoctorOptions {
  /** Default: all. */
  only?: readonly Group[];
  /** Hears each group as soon as it is done. */
  onGroup?(checks: readonly Check[]): void;
}

/** Never rejects: what cannot be looked at is a finding. */
export async function examine(parts: DoctorParts, { only, onGroup }: DoctorOptions = {}): Promise<Check[]> {
  const all: Check[] = [];
  for (const group of GROUPS) {
    if (only && !only.includes(group)) continue;
    const found = await RUN[group](parts).catch(unexpected);
    const checks = found.map((finding) => ({ group, ...finding }));
    all.push(...checks);
    onGroup?.(checks);
  }
  return all;
}

function unexpected(error: unknown): Finding[] {
  const message = error instanceof Error ? error.message : String(error);
  return [{ status: 'fail', name: 'checks', message, fix: 'run it again; if it happens again, report it' }];
}

/** The processes of the relay on all machines: which roles are played, and whether all have one version. */
import { LongshoreError, plural } from '@longshore/event';
import { createProcesses, type Process } from '@longshore/queue/examine';
import { createRefusals, type Refusal } from '@longshore/queue/operator';
import { type Finding, pass, skip, warn } from '../finding.js';
import { clientOf, type DoctorParts } from '../parts.js';
import { untilReady } from './until-ready.js';

/** Each with what is missing without it. The dashboard is no part of the way of an event. */
const NEEDED = [
  ['ingest', 'no event is taken'],
  ['worker', 'no event is delivered'],
] as const;

/** Named in one line. */
const MOST_NAMED = 5;

/** See the header. */
export async function checkProcesses(parts: DoctorParts): Promise<Finding[]> {
  const client = clientOf(parts);
  if (!client) return [skip('roles', 'Redis cannot be used')];
  await untilReady(client, parts.timeout);
  try {
    const { prefix } = parts.config.redis;
    const running = await createProcesses(client, prefix).list();
    const rejected = await createRefusals(client, prefix).list();
    return [...processFindings(running, parts), ...rejected.map(rejectedFile)];
  } catch (error) {
    if (error instanceof LongshoreError) return [skip('roles', 'Redis cannot be used')];
    throw error;
  }
}

/** A process runs with the configuration before its file. */
function rejectedFile({ process, file, reason }: Refusal): Finding {
  const message = `${process} rejected ${file}, and runs with the configuration before it: ${reason.replaceAll('\n', '; ')}`;
  return warn('configuration', message, `correct the file, then longshore check ${file}`);
}

/** From what the processes have noted within the last minute. */
export function processFindings(
  running: readonly Process[],
  { file, version }: Pick<DoctorParts, 'file' | 'version'>,
): Finding[] {
  const roles = NEEDED.map(([role, without]) => {
    const playing = running.filter((process) => process.roles.includes(role));
    if (playing.length > 0)
      return pass(role, `${plural(playing.length, 'process', 'processes')}: ${named(playing)}`);
    const fix = `longshore run --config ${file} --role ${role}`;
    // No failure: during an upgrade the processes of an older version may be at work, and note nothing.
    const message = `no process has noted this role within the last minute: if none runs, ${without}`;
    return warn(role, message, `${fix}; a process of an older version notes nothing: upgrade it`);
  });
  const versions = [...new Set([version, ...running.map((process) => process.version)])];
  if (versions.length === 1) return roles;
  const list = versions
    .map((one) => [one, running.filter((process) => process.version === one)] as const)
    .map(([one, having]) => `${one} (${having.length > 0 ? named(having) : 'this command'})`);
  const message = `processes have different versions: ${list.join(', ')}`;
  return [...roles, warn('version', message, 'upgrade all of them to the same version')];
}

function named(processes: readonly Process[]): string {
  const names = processes.slice(0, MOST_NAMED).map(({ name }) => name);
  return [...names, ...(processes.length > MOST_NAMED ? ['…'] : [])].join(', ');
}

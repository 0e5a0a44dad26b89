/** The recorded sequences: see `samples/capture.mjs`. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ImageEvent } from '../types.js';
import type { Sent } from './memory.js';

/** What one command made a registry send. */
export interface Step {
  step: string;
  command: string;
  events: Sent[];
}

const folder = new URL('../samples/', import.meta.url);

const SUFFIX = '.ndjson';

/** By name, in their order: each step finds what those before it left. */
export const samples: [name: string, steps: Step[]][] = readdirSync(folder)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => [file.slice(0, -SUFFIX.length), stepsIn(readFileSync(new URL(file, folder), 'utf8'))]);

function stepsIn(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.trimEnd().split('\n')) {
    const value: Omit<Step, 'events'> | Sent = JSON.parse(line);
    if ('step' in value) steps.push({ ...value, events: [] });
    else steps.at(-1)?.events.push(value);
  }
  return steps;
}

/** An image event as a line of text. */
export function lineOf(event: ImageEvent): string {
  const digest = event.digest === undefined ? '' : `@${event.digest.slice(7, 13)}`;
  switch (event.action) {
    case 'image.pushed': {
      const { tags, size, pushedBytes, mountedBytes, reusedBytes, events, artifact } = event;
      const platforms = event.platforms.map(
        (one) => `${one.platform ?? '?'} ${one.digest.slice(7, 13)} ${one.size}`,
      );
      return [
        `${event.action} ${event.repository}:${tags}${digest} ${artifact}`,
        `size ${size}: ${pushedBytes} pushed, ${mountedBytes} mounted, ${reusedBytes} reused`,
        `${events} events`,
        ...(platforms.length > 0 ? [platforms.join(', ')] : []),
        ...(event.attestations > 0 ? [`${event.attestations} attestations`] : []),
        ...(event.previousDigest ? [`was ${event.previousDigest.slice(7, 13)}`] : []),
        ...(event.changedPlatforms.length > 0 ? [`changed ${event.changedPlatforms}`] : []),
        ...(event.unchanged ? ['unchanged'] : []),
        ...(event.late ? ['late'] : []),
      ].join('; ');
    }
    case 'image.deleted':
      return `${event.action} ${event.repository}${digest}, tags ${event.tags.join(' ')}${event.late ? '; late' : ''}`;
    case 'artifact.attached':
      return `${event.action} ${event.repository}${digest} to ${event.subject.slice(7, 13)}: ${event.artifact} ${event.type}`;
    case 'tag.moved':
      return `${event.action} ${event.repository}:${event.tag} from ${event.from?.slice(7, 13)} to ${event.to?.slice(7, 13)}`;
    default:
      return `${event.action} ${event.repository}:${event.tag}${digest}${event.firstSeen ? ' first seen' : ''}`;
  }
}

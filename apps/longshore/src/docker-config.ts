/** Where `docker login` keeps its credentials. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Shell } from './shell.js';

/** Path of docker's `config.json`; undefined: there is none. */
export function dockerConfig({ DOCKER_CONFIG, HOME = homedir() }: Shell['env']): string | undefined {
  const path = join(DOCKER_CONFIG ?? join(HOME, '.docker'), 'config.json');
  return existsSync(path) ? path : undefined;
}

/** Image events and pulls: what they are made from, and how a registry is read for them. */
import { quote } from '@longshore/settings/format';
import { revealed } from '@longshore/settings/secrets';
import type { Config } from '../schema.js';
import { sourceNames } from '../source-names.js';
import type { Check } from './check.js';

/** All that concerns `registries`, and endpoints that accept what is made from the archive. */
export function checkImages(config: Config, { problems }: Check): void {
  for (const [index, { accept }] of config.notifications.endpoints.entries()) {
    const made = accept.find((one) => one === 'image' || one === 'pull');
    if (!made || config.archive) continue;
    problems.error(
      ['notifications', 'endpoints', index, 'accept'],
      `lists ${made}, and these events are made from the archive. Add archive: {}, or remove ${made}`,
    );
  }
  for (const [index, { kind }] of config.sources.entries()) {
    if (kind !== 'distribution-log' || config.archive) continue;
    problems.error(
      ['sources', index, 'kind'],
      'is distribution-log, whose lines go to the archive alone. Add archive: {}, or remove the source',
    );
  }
  checkRegistries(config, problems);
  if (!config.reconcile) return;
  const lacks = !config.archive ? 'archive: {}' : config.registries.length === 0 ? 'registries' : undefined;
  if (lacks !== undefined)
    problems.error(['reconcile'], `compares the archive with registries. Add ${lacks}, or remove reconcile`);
}

function checkRegistries(config: Config, problems: Check['problems']): void {
  const known = sourceNames(config);
  const named = new Set<string>();
  for (const [index, { source, url, auth }] of config.registries.entries()) {
    const path = ['registries', index];
    const place = [...path, 'source'];
    if (source === '' && !problems.failedAt(place)) problems.error(place, 'is missing; name one of sources');
    else if (!known.includes(source)) {
      problems.error(place, `${quote(source)} is no source. Write the name of one of sources`);
    } else if (named.has(source)) {
      problems.error(place, `${quote(source)} has a registry above; remove one of them`);
    }
    named.add(source);
    if (!url || !revealed(url)) problems.error([...path, 'url'], 'is missing; write the url of the registry');
    if (Object.values(auth).filter((value) => value !== undefined).length > 1)
      problems.error([...path, 'auth'], 'has more than one method; keep one');
  }
}

/** The settings of OpenKruise’s ImagePullJob, over the Kubernetes API. */
import { setting } from '@longshore/settings';
import { baseUrl, credential, revealed, url } from '@longshore/settings/secrets';
import { count, DAY_MS, matching, registryDuration, SECOND_MS, text } from '@longshore/settings/values';
import { z } from 'zod';
import type { OptionsOf } from '../options.js';
import { targetSettings } from '../settings.js';

const labels = (words: string) => setting(z.record(z.string(), text()), words);
const limit = (words: string) => setting(registryDuration({ min: SECOND_MS, max: DAY_MS }), words).optional();

/** See the header. */
export const settings = targetSettings('kruise', {
  url: setting(baseUrl(), 'Base url of the Kubernetes API.'),
  token: setting(
    credential(),
    'Token of a service account. A `file:` is read again for each request, since Kubernetes replaces it.',
  ).optional(),
  namespace: setting(matching('text', /./, 'is missing'), 'Namespace of the jobs.'),
  registry: setting(
    url().refine(
      (host) => !revealed(host)?.includes('@'),
      'contains a user, which every job would show; use pullsecrets',
    ),
    'Host of the registry that the nodes pull from, if it is not the event’s.',
  ).optional(),
  selector: z
    .strictObject({
      names: setting(z.array(text()), 'Names of nodes.').optional(),
      matchlabels: labels('Labels of nodes.').optional(),
    })
    .refine(({ names, matchlabels }) => !names || !matchlabels, 'has names and matchlabels; keep one of them')
    .meta({ description: 'Which nodes.' })
    .optional(),
  podselector: z
    .strictObject({ matchlabels: labels('Labels of pods; the nodes of these pods are warmed.') })
    .meta({ description: 'Selects nodes by their pods.' })
    .optional(),
  pullsecrets: setting(z.array(text()), 'Names of the pull secrets.').optional(),
  parallelism: setting(count({ min: 1, max: 10_000 }), 'How many nodes pull at once. Default 1.').optional(),
  pulltimeout: limit('Time limit of one node. Default 10m.'),
  jobtimeout: limit('Time limit of a job. Default 30m.'),
  ttl: limit('How long a finished job is kept. Default 5m.'),
  backofflimit: setting(count({ min: 0, max: 100 }), 'Attempts on each node. Default 3.').optional(),
}).refine(({ selector, podselector }) => !selector || !podselector, {
  path: ['podselector'],
  message: 'is set together with selector; keep one of them',
});

/** What the driver takes. */
export type KruiseOptions = OptionsOf<typeof settings>;

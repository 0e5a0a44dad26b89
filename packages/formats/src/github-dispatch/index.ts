/**
 * The event `repository_dispatch` of GitHub Actions. GitHub takes at most ten keys in `client_payload`.
 * Source: https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event.
 */
import { z } from 'zod';
import { preset } from '../preset.js';

const settings = z.strictObject({
  event: z.string().min(1).max(100).default('image-push').describe('`event_type`, which the workflow names.'),
});

/** The format `github-dispatch`. */
export const githubDispatch = preset({
  name: 'github-dispatch',
  summary: 'GitHub’s `repository_dispatch`, which starts a workflow',
  needs: { actions: ['push'], fields: ['repository', 'tag'] },
  widens: true,
  settings,
  headers: () => ({ Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' }),
  body: ({ image, repository, tag, digest, action, mediatype, actor, time, id }, options) => ({
    event_type: settings.parse(options.settings ?? {}).event,
    client_payload: { image, repository, tag, digest, action, mediatype, actor, time, id },
  }),
});

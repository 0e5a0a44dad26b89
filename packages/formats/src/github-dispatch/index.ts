/**
 * The event `repository_dispatch` of GitHub Actions. GitHub takes at most ten keys in `client_payload`.
 * Source: https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event.
 */
import { setting } from '@longshore/settings';
import { text } from '@longshore/settings/values';
import { preset } from '../preset.js';

const options = {
  event: setting(
    text(),
    'github-dispatch: `event_type`, which the workflow names; up to 100 characters. Default `image-push`.',
  ).optional(),
};

/** The format `github-dispatch`. */
export const githubDispatch = preset({
  name: 'github-dispatch',
  summary: 'GitHub’s `repository_dispatch`, which starts a workflow',
  needs: { actions: ['push'], fields: ['repository', 'tag'] },
  widens: true,
  options,
  headers: () => ({ Accept: 'application/vnd.github+json', 'X-GitHub-Api-Version': '2022-11-28' }),
  body: ({ image, repository, tag, digest, action, mediatype, actor, time, id }, { settings }) => ({
    event_type: settings?.event ?? 'image-push',
    client_payload: { image, repository, tag, digest, action, mediatype, actor, time, id },
  }),
});

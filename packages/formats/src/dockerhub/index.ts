/**
 * A push as the webhook of Docker Hub. Most consumers take every name in it for one of Docker Hub's own.
 * Source: https://docs.docker.com/docker-hub/repos/manage/webhooks/.
 */
import { preset } from '../preset.js';

/** The format `dockerhub`. */
export const dockerhub = preset({
  name: 'dockerhub',
  summary: 'Docker Hub’s webhook',
  needs: { actions: ['push'], fields: ['repository', 'tag'] },
  body: ({ tag, actor = '', time, mediatype, registry, repository, name, namespace = '' }) => ({
    callback_url: '',
    push_data: { tag, pusher: actor, pushed_at: Math.floor(Date.parse(time) / 1000), media_type: mediatype },
    repository: {
      ...{ repo_name: repository, name, namespace },
      repo_url: registry ? `https://${registry}/${repository}` : `https://hub.docker.com/r/${repository}`,
    },
  }),
});

/**
 * Variables for a pipeline trigger of GitLab. Token and ref stand in the URL: a top-level `ref` in the body would replace
 * it. Source: https://docs.gitlab.com/ci/triggers/.
 */
import { preset } from '../preset.js';

/** The format `gitlab-trigger`. */
export const gitlabTrigger = preset({
  name: 'gitlab-trigger',
  summary: 'variables for GitLab’s pipeline trigger; token and ref stand in `url`',
  needs: { actions: ['push'], fields: ['repository', 'tag'] },
  widens: true,
  body: ({ image = '', repository = '', tag = '', digest = '', action }) => ({
    variables: {
      ...{ IMAGE: image, IMAGE_REPOSITORY: repository, IMAGE_TAG: tag },
      ...{ IMAGE_DIGEST: digest, IMAGE_ACTION: action },
    },
  }),
});

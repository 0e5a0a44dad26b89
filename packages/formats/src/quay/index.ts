/**
 * A push as Quay's repository notification. Flux, Argo CD Image Updater, Kargo, Keel and Spinnaker take it for an image
 * of any registry. Source: quay `notifications/notificationevent.py`.
 */
import { preset } from '../preset.js';

/** The format `quay`. */
export const quay = preset({
  name: 'quay',
  summary: 'Quay’s notification, for Spinnaker and for consumers that take no `harbor`',
  body: ({ name, namespace = '', repository, image, registry, tag }) => ({
    ...{ name, namespace, repository, docker_url: image },
    homepage: `https://${registry}/${repository}`,
    updated_tags: [tag],
  }),
});

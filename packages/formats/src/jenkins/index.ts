/**
 * The registry's envelope with what the Docker Hub Notification plugin of Jenkins reads filled in: it answers 200 and
 * starts nothing when `target.url`, `request` or `timestamp` is missing.
 * Source: dockerhub-notification-plugin `DockerRegistryWebHook`.
 */
import { EVENTS_V1 } from '@longshore/event';
import { preset } from '../preset.js';

/** The format `jenkins`. */
export const jenkins = preset({
  name: 'jenkins',
  summary: 'the registry’s envelope, completed for the Docker Hub Notification plugin of Jenkins',
  needs: { actions: ['push'], fields: ['repository', 'tag', 'digest', 'host'] },
  contentType: () => EVENTS_V1,
  body({ id, time, action, mediatype, size, digest, repository, tag, registry, actor }) {
    const url = `https://${registry}/v2/${repository}/manifests/${digest}`;
    const target = { mediaType: mediatype, size, digest, length: size, repository, url, tag };
    const request = { id, host: registry, method: 'PUT' };
    return { events: [{ id, timestamp: time, action, target, request, actor: { name: actor } }] };
  },
});

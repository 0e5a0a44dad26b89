/**
 * A request to a scanner adapter of Harbor (Trivy, Clair and others): scan this image. The adapter pulls the image itself.
 * Source: goharbor/pluggable-scanner-spec 1.2, `POST /api/v1/scan`.
 */
import { z } from 'zod';
import { preset } from '../preset.js';

const settings = z.strictObject({
  registry: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Registry that the adapter pulls from.'),
    auth: z.string().optional().describe('Value of `Authorization` that it sends there.'),
  }),
});

/** The format `scan`. */
export const scan = preset({
  name: 'scan',
  summary: 'a scan request for a scanner adapter of Harbor; `options: {registry: {url, auth}}`',
  needs: { actions: ['push'], fields: ['repository', 'digest', 'mediaType'] },
  settings,
  contentType: () => 'application/vnd.scanner.adapter.scan.request+json; version=1.1',
  body({ repository, digest, tag, mediatype }, options) {
    const registry = settings.safeParse(options.settings).data?.registry;
    return {
      registry: { url: registry?.url, authorization: registry?.auth ?? '' },
      artifact: { repository, digest, ...(tag && { tag }), mime_type: mediatype },
      enabled_capabilities: [{ type: 'vulnerability' }],
    };
  },
});

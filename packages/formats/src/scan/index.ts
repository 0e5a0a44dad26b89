/**
 * A request to a scanner adapter of Harbor (Trivy, Clair and others): scan this image. The adapter pulls the image itself.
 * Source: goharbor/pluggable-scanner-spec 1.2, `POST /api/v1/scan`.
 */
import { setting } from '@longshore/settings';
import { credential, url } from '@longshore/settings/secrets';
import { z } from 'zod';
import { preset } from '../preset.js';

const options = {
  registry: z
    .strictObject({
      url: setting(url(), 'Registry that the adapter pulls from.'),
      auth: setting(
        credential(),
        'Value of the `Authorization` header that the adapter sends there. Default: none.',
      ).optional(),
    })
    .meta({ required: ['url'], description: 'scan: the registry that the adapter pulls from. Required.' })
    .optional(),
};

/** With the secrets themselves. */
const revealed = z.object({ url: z.string(), auth: z.string().default('') });

/** The format `scan`. */
export const scan = preset({
  name: 'scan',
  summary: 'a scan request for a scanner adapter of Harbor; `options: {registry: {url, auth}}`',
  needs: { actions: ['push'], fields: ['repository', 'digest', 'mediaType'] },
  options,
  requires: ['registry'],
  contentType: () => 'application/vnd.scanner.adapter.scan.request+json; version=1.1',
  body({ repository, digest, tag, mediatype }, { settings }) {
    const { url, auth } = revealed.parse(settings?.registry);
    return {
      registry: { url, authorization: auth },
      artifact: { repository, digest, ...(tag && { tag }), mime_type: mediatype },
      enabled_capabilities: [{ type: 'vulnerability' }],
    };
  },
});

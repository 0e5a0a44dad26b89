import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { scan } from './index.js';

/** `ScanRequest` of the specification. */
const request = z.strictObject({
  registry: z.strictObject({ url: z.url(), authorization: z.string() }),
  artifact: z.strictObject({
    repository: z.string().min(1),
    digest: z.string().min(1),
    tag: z.string().optional(),
    mime_type: z.string().min(1),
  }),
  enabled_capabilities: z.tuple([z.strictObject({ type: z.literal('vulnerability') })]),
});

describePreset({
  format: scan,
  here: import.meta.url,
  settings: { registry: { url: 'https://registry.example.com', auth: 'Basic c2Nhbm5lcjpzZWNyZXQ=' } },
  read: ({ body }) => request.parse(JSON.parse(body.toString())).artifact,
  taken: ({ repository, digest, tag, mediatype }) => ({ repository, digest, tag, mime_type: mediatype }),
});

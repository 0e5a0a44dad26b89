/**
 * A push as the webhook of Azure Container Registry: one event of the registry's own without an envelope. Kargo takes it
 * from this user agent only. Source: kargo `pkg/webhook/external/azure.go`.
 */
import { preset } from '../preset.js';

/** The format `acr`. */
export const acr = preset({
  name: 'acr',
  summary: 'the webhook of Azure Container Registry: one event without an envelope',
  headers: () => ({ 'User-Agent': 'AzureContainerRegistry/1.0' }),
  body: ({ id, time, action, mediatype, size, digest, repository, tag, registry, actor }) => ({
    id,
    timestamp: time,
    action,
    target: { mediaType: mediatype, size, digest, length: size, repository, tag },
    request: { id, host: registry, method: 'PUT' },
    ...(actor !== undefined && { actor: { name: actor } }),
  }),
});

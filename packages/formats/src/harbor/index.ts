/**
 * A push as Harbor's webhook in its own format. Flux, Argo CD and its image updater, Kargo and Keel take it for an image
 * of any registry: they read the name with the host out of `resource_url`.
 * Source: harbor `src/pkg/notifier/formats/default.go`; argocd-image-updater `pkg/webhook/harbor.go`.
 */
import { preset } from '../preset.js';

/** The format `harbor`. */
export const harbor = preset({
  name: 'harbor',
  summary: 'Harbor’s webhook, for Argo CD, its image updater, Kargo, Flux and Keel',
  body: ({ time, actor = '', digest = '', tag, ref, name, namespace = '', repository }) => ({
    type: 'PUSH_ARTIFACT',
    occur_at: Math.floor(Date.parse(time) / 1000),
    operator: actor,
    event_data: {
      resources: [{ digest, tag, resource_url: ref }],
      repository: { name, namespace, repo_full_name: repository },
    },
  }),
});

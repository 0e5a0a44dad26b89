import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/**
 * The order of the documentation: that of a user's day. Each page of the site is here once; a test fails for a page of
 * the repository that is in no group.
 */

/** @typedef {{ text: string, items: ([string, string] | Group)[] }} Group */

/** Groups of `[title, path from the root of the repository]`, or of further groups. */
export const GROUPS = [
  {
    text: 'Start',
    items: [
      ['Quick start', 'README.md'],
      ['All pages', 'docs/README.md'],
      ['Example configurations', 'examples/README.md'],
    ],
  },
  {
    text: 'Connect your registry',
    items: [
      ['Which registry sends what', 'docs/registries.md'],
      {
        text: 'One page for each kind',
        items: kinds(),
      },
      ['A registry’s configuration', 'infra/registry/README.md'],
      ['Events that were not sent', 'docs/reconcile.md'],
      ['Move to another registry', 'docs/migrate.md'],
    ],
  },
  {
    text: 'Receivers',
    items: [
      ['What a receiver gets', 'docs/receivers.md'],
      ['Formats and filters', 'docs/formats.md'],
      ['Try it first: explain', 'docs/explain.md'],
      ['One event for a push', 'docs/images.md'],
      ['One event for a pull', 'docs/pulls.md'],
      ['Message brokers', 'docs/brokers.md'],
      ['Preheat caches', 'docs/preheat.md'],
      ['Copy to another registry', 'docs/copy.md'],
    ],
  },
  {
    text: 'Consumers',
    items: [
      ['All consumers', 'docs/consumers/README.md'],
      {
        text: 'GitOps',
        items: [
          ['Argo CD', 'docs/consumers/argo-cd.md'],
          ['Argo CD Image Updater', 'docs/consumers/argo-cd-image-updater.md'],
          ['Flux', 'docs/consumers/flux.md'],
          ['Kargo', 'docs/consumers/kargo.md'],
          ['Kargo, generic receiver', 'docs/consumers/kargo-generic.md'],
          ['Keel', 'docs/consumers/keel.md'],
        ],
      },
      {
        text: 'Pipelines',
        items: [
          ['Jenkins', 'docs/consumers/jenkins.md'],
          ['Jenkins, Generic Webhook Trigger', 'docs/consumers/jenkins-generic.md'],
          ['Tekton Triggers', 'docs/consumers/tekton.md'],
          ['Argo Events', 'docs/consumers/argo-events.md'],
          ['GitHub Actions', 'docs/consumers/github-actions.md'],
          ['One workflow of GitHub', 'docs/consumers/workflow-dispatch.md'],
          ['GitLab', 'docs/consumers/gitlab.md'],
          ['Woodpecker', 'docs/consumers/woodpecker.md'],
          ['Drone', 'docs/consumers/drone.md'],
          ['Spinnaker', 'docs/consumers/spinnaker.md'],
          ['Azure Event Grid', 'docs/consumers/event-grid.md'],
        ],
      },
      {
        text: 'Updaters and scanners',
        items: [
          ['Watchtower', 'docs/consumers/watchtower.md'],
          ['Portainer', 'docs/consumers/portainer.md'],
          ['Harbor’s scanner adapters', 'docs/consumers/scanner.md'],
        ],
      },
      {
        text: 'Chats',
        items: [
          ['Slack', 'docs/consumers/slack.md'],
          ['Microsoft Teams', 'docs/consumers/teams.md'],
          ['Discord', 'docs/consumers/discord.md'],
          ['Mattermost', 'docs/consumers/mattermost.md'],
          ['Google Chat', 'docs/consumers/google-chat.md'],
          ['ntfy', 'docs/consumers/ntfy.md'],
          ['Gotify', 'docs/consumers/gotify.md'],
          ['Opsgenie', 'docs/consumers/opsgenie.md'],
          ['PagerDuty', 'docs/consumers/pagerduty.md'],
        ],
      },
      {
        text: 'Whole uses',
        items: [
          ['Trigger CI/CD', 'docs/consumers/use-ci-cd.md'],
          ['Scan for vulnerabilities', 'docs/consumers/use-security-scan.md'],
          ['Keep an audit log', 'docs/consumers/use-audit-log.md'],
        ],
      },
    ],
  },
  {
    text: 'Archive',
    items: [
      ['Search, lists, exports', 'docs/archive.md'],
      ['Its pages', 'docs/archive-pages.md'],
      ['Proof of delivery', 'docs/proof.md'],
    ],
  },
  {
    text: 'Operate',
    items: [
      ['Choose how to run it', 'docs/operate.md'],
      ['Service, upgrade, backup', 'docs/runbooks/operate.md'],
      ['systemd', 'infra/systemd/README.md'],
      ['Container image', 'infra/docker/README.md'],
      ['Compose', 'infra/compose/README.md'],
      ['Kubernetes: Helm chart', 'infra/helm/README.md'],
      ['Which Redis, and HA', 'docs/redis.md'],
      ['Redis configuration', 'infra/redis/README.md'],
      ['Sizing', 'docs/sizing.md'],
      ['Prometheus', 'infra/prometheus/README.md'],
      ['Grafana', 'infra/grafana/README.md'],
      ['Traces with OpenTelemetry', 'docs/telemetry.md'],
      ['Security of connections', 'docs/security.md'],
      ['Sign-in and roles', 'docs/sign-in.md'],
      ['Report a vulnerability', 'SECURITY.md'],
    ],
  },
  {
    text: 'Troubleshoot',
    items: [
      ['By symptom', 'docs/troubleshooting.md'],
      ['doctor', 'docs/doctor.md'],
      ['Runbooks: by log message', 'docs/runbooks/README.md'],
      ['Start', 'docs/runbooks/start.md'],
      ['Source', 'docs/runbooks/source.md'],
      ['Event', 'docs/runbooks/event.md'],
      ['Route', 'docs/runbooks/route.md'],
      ['Queue', 'docs/runbooks/queue.md'],
      ['Sink', 'docs/runbooks/sink.md'],
      ['Record', 'docs/runbooks/record.md'],
      ['Archive', 'docs/runbooks/archive.md'],
      ['Preheat and copy', 'docs/runbooks/preheat.md'],
    ],
  },
  {
    text: 'Reference',
    items: [
      ['Every setting', 'docs/reference/configuration.md'],
      ['Commands', 'docs/commands.md'],
      ['Error codes', 'docs/reference/errors.md'],
      ['Log records', 'docs/reference/records.md'],
      ['Metrics', 'docs/reference/metrics.md'],
    ],
  },
  {
    text: 'Explanation',
    items: [
      ['Guarantees and limits', 'docs/guarantees.md'],
      ['Architecture', 'ARCHITECTURE.md'],
      ['Threat model', 'docs/threat-model.md'],
      ['Benchmarks', 'bench/README.md'],
      ['Compared with others', 'docs/compared.md'],
      ['FAQ', 'docs/faq.md'],
      ['Glossary', 'docs/glossary.md'],
    ],
  },
  {
    text: 'Contribute',
    items: [
      ['Contributing', 'CONTRIBUTING.md'],
      ['Design of the dashboard', 'docs/design.md'],
      ['Releases', 'infra/release/README.md'],
      ['Changelog', 'CHANGELOG.md'],
      ['Decisions', 'docs/adr/README.md'],
      { text: 'Each decision', items: decisions() },
    ],
  },
];

/** Markdown files that are no page of the site. */
export const NOT_A_PAGE = ['apps/longshore/test/'];

/** Paths of all pages in the sidebar, in its order. */
export function pagesOf(groups = GROUPS) {
  return groups.flatMap((item) => (Array.isArray(item) ? [item[1]] : pagesOf(item.items)));
}

/** A kind of registry is a folder, so that a new one is in the sidebar by itself. */
function kinds() {
  const folder = 'packages/sources/src/kinds';
  return namesIn(folder)
    .filter((name) => !name.includes('.'))
    .map((name) => titled(`${folder}/${name}/README.md`))
    .sort(([one], [other]) => one.localeCompare(other, 'en'));
}

function decisions() {
  const folder = 'docs/adr';
  return namesIn(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => titled(`${folder}/${name}`));
}

function namesIn(folder) {
  return readdirSync(join(ROOT, folder)).sort();
}

/** By its heading, without what is in brackets behind it. */
function titled(page) {
  const [heading] = readFileSync(join(ROOT, page), 'utf8').split('\n');
  return [heading.replace(/^# /, '').replace(/ \(.*\)$/, ''), page];
}

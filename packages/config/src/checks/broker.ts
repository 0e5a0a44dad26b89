/** Endpoints that are message brokers: their url, their templates, their format, and what must be installed for them. */
import { TemplateFault } from '@longshore/formats/template';
import { revealed } from '@longshore/settings/secrets';
import { brokerUrlFault, missingPackage } from '@longshore/sinks/brokers';
import { textsOf } from '../broker.js';
import type { BrokerEndpoint } from '../endpoint.js';
import { SAMPLE } from '../template.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { checkOptions } from './format.js';
import { checkHeaders } from './headers.js';
import { holdsPlaceholder, PLACEHOLDER } from './placeholders.js';

/** One endpoint. */
export function checkBroker(endpoint: BrokerEndpoint, path: readonly Step[], check: Check): void {
  const { problems } = check;
  checkUrl(endpoint, path, check);
  checkTexts(endpoint, path, check);
  checkHeaders({ headers: endpoint.headers }, path, check);
  checkOptions(endpoint, path, check);
  const missing = endpoint.disabled ? undefined : missingPackage(endpoint.kind);
  if (missing !== undefined) problems.warning([...path, 'kind'], `nothing is sent: ${missing}`);
}

function checkUrl({ kind, url, disabled }: BrokerEndpoint, path: readonly Step[], { problems }: Check): void {
  const place = [...path, 'url'];
  const text = revealed(url);
  if (text === undefined || problems.failedAt(place)) return;
  const found = brokerUrlFault(kind, text);
  if (found === undefined) return;
  const fault = holdsPlaceholder(text) ? PLACEHOLDER : found;
  if (disabled) problems.warning(place, `${fault}; the endpoint is disabled, so this does not matter yet`);
  else problems.error(place, `${fault}; correct it, or set disabled: true`);
}

function checkTexts(endpoint: BrokerEndpoint, path: readonly Step[], { problems }: Check): void {
  const texts = textsOf(endpoint);
  for (const { name, why } of texts.problems)
    problems.error([...path, endpoint.kind, name], `is no template: ${why}. Correct it`);
  if (texts.problems.length > 0) return;
  try {
    const rendered = Object.entries(texts.render(SAMPLE, endpoint.host));
    for (const [name, text] of rendered) {
      if (text === '')
        problems.error([...path, endpoint.kind, name], 'is empty for a push of an image. Correct it');
    }
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    problems.error([...path, endpoint.kind], `fails on a push of an image: ${error.message}. Correct it`);
  }
}

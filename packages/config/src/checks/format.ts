/** Settings that the endpoint's format does not have, or lacks, and receivers that it does not fit. */
import { formatNamed } from '@longshore/formats';
import type { Template } from '@longshore/formats/template';
import { revealed } from '@longshore/settings/secrets';
import type { HttpEndpoint } from '../endpoint.js';
import { isTemplate, sampleOf, templateOf } from '../template.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** @param path of the endpoint */
export function checkFormat(endpoint: HttpEndpoint, path: readonly Step[], check: Check): void {
  const { problems } = check;
  const format = formatNamed(endpoint.format);
  if (!format) return;
  checkTemplate(endpoint, path, check);
  checkTaken(endpoint, path, check);
  checkOptions(endpoint, path, check);
  const settings = { annotate: false, settings: endpoint.options };
  if (endpoint.batch && !format.batches?.(settings)) {
    const why = `format ${format.name} holds one event in each request`;
    problems.error([...path, 'batch'], `${why}. Remove batch`);
  }
  if (revealed(endpoint.url)?.includes('/dockerhub-webhook/')) {
    const why = 'Jenkins answers 302 there once it has started the build, so each retry builds again';
    problems.warning(
      [...path, 'url'],
      `${why}. Use /dockerregistry-webhook/TOKEN/notify with format: jenkins`,
    );
  }
}

/** Settings of the format that this one does not have, or lacks. @param path of the endpoint */
export function checkOptions(
  endpoint: Pick<HttpEndpoint, 'format' | 'options' | 'host'>,
  path: readonly Step[],
  { problems }: Check,
): void {
  const format = formatNamed(endpoint.format);
  if (!format) return;
  const own = Object.keys(format.options ?? {});
  const written = Object.entries(endpoint.options ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [key],
  );
  for (const key of written.filter((key) => !own.includes(key))) {
    problems.error([...path, 'options', key], `is no option of format ${format.name}. Remove it`);
  }
  for (const key of (format.requires ?? []).filter((required) => !written.includes(required))) {
    problems.error([...path, 'options'], `format ${format.name} needs options.${key}. Add it`);
  }
  if (endpoint.host !== undefined && format.name === 'distribution') {
    const why = 'has no effect: format distribution sends the event as it came';
    problems.error([...path, 'host'], `${why}. Remove it, or set another format`);
  }
}

/** Formats of products hold a push as the registry reports it. */
function checkTaken(
  { accept, needs, format }: HttpEndpoint,
  path: readonly Step[],
  { problems }: Check,
): void {
  const { actions } = needs ?? {};
  if (!actions || accept.includes('event') || accept.includes('other')) return;
  const why = `has no ${actions.join(' or ')}, which is all that format ${format} can hold: nothing would be sent`;
  problems.error([...path, 'accept'], `${why}. Add event, or set another format`);
}

function checkTemplate(endpoint: HttpEndpoint, path: readonly Step[], { problems }: Check): void {
  if (!isTemplate(endpoint)) {
    for (const key of ['body', 'contenttype'] as const) {
      if (endpoint[key] === undefined) continue;
      problems.error([...path, key], `is for format template. Add format: template, or remove ${key}`);
    }
    return;
  }
  const template = templateOf(endpoint);
  for (const { path: below, why } of template.problems) {
    problems.error([...path, ...below], `is no template: ${why}. Correct it`);
  }
  const fault = template.problems.length > 0 ? undefined : sampleFault(template, endpoint);
  if (fault !== undefined)
    problems.error([...path, 'body'], `fails on a push of an image: ${fault}. Correct it`);
}

function sampleFault(template: Template, { host }: HttpEndpoint): string | undefined {
  try {
    sampleOf(template, host);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

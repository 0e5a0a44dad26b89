/**
 * An ImagePullJob of OpenKruise: as it is made, and as it is read.
 *
 * Its name is made from the image's digest and from all that the job says, so that the same work twice is the
 * same job, and other settings make another one.
 */

import { createHash } from 'node:crypto';
import { trimEnd } from '@longshore/event';
import { fieldsOf, listOf, numberOf, parsed, textOf } from '../handle.js';
import type { WarmImage } from '../target.js';
import type { KruiseOptions } from './settings.js';

/** Of a finished job: shorter, and its end could be missed between two looks. Milliseconds. */
const SHORTEST_TTL_MS = 60_000;

/** Milliseconds that the whole job may take. */
export const JOB_TIMEOUT_MS = 30 * 60_000;

/** A job as it is posted. */
export interface PullJob {
  name: string;
  body: object;
}

/** `apiVersion`: `apps.kruise.io/v1beta1`, say. */
export function pullJob(options: KruiseOptions, image: WarmImage, apiVersion: string): PullJob {
  const spec = specOf(options, imageName(options, image));
  const hash = createHash('sha256').update(JSON.stringify(spec)).digest('hex');
  const hex = image.digest.slice(image.digest.indexOf(':') + 1);
  const name = `longshore-${hex.slice(0, 16)}-${hash.slice(0, 8)}`;
  const labels = { 'app.kubernetes.io/managed-by': 'longshore' };
  const metadata = { name, namespace: options.namespace, labels };
  return { name, body: { apiVersion, kind: 'ImagePullJob', metadata, spec } };
}

/** The host that serves Docker Hub: pods name its images by another, and so do pull secrets. */
const DOCKER_HUB = 'https://registry-1.docker.io';

/** `registry.example.com/team/app@sha256:…`: what nodes pull. */
function imageName({ registry }: KruiseOptions, image: WarmImage): string {
  const named = registry ?? (image.registry === DOCKER_HUB ? 'docker.io' : image.registry);
  const base = trimEnd(named.replace(/^https?:\/\//, ''), '/');
  return `${base}/${image.repository}@${image.digest}`;
}

function specOf(options: KruiseOptions, image: string) {
  const { selector, podselector, pullsecrets, parallelism } = options;
  const { pulltimeout = 600_000, jobtimeout = JOB_TIMEOUT_MS, ttl = 300_000, backofflimit = 3 } = options;
  return {
    image,
    ...(parallelism !== undefined && { parallelism }),
    ...(selector?.names !== undefined && { selector: { names: selector.names } }),
    ...(selector?.matchlabels !== undefined && { selector: { matchLabels: selector.matchlabels } }),
    ...(podselector !== undefined && { podSelector: { matchLabels: podselector.matchlabels } }),
    ...(pullsecrets !== undefined && { pullSecrets: pullsecrets }),
    pullPolicy: { timeoutSeconds: seconds(pulltimeout), backoffLimit: backofflimit },
    imagePullPolicy: 'IfNotPresent',
    completionPolicy: {
      type: 'Always',
      activeDeadlineSeconds: seconds(jobtimeout),
      ttlSecondsAfterFinished: seconds(Math.max(ttl, SHORTEST_TTL_MS)),
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1_000);
}

/** A job as the cluster has it. */
export interface JobStatus {
  uid: string;
  /** It is being removed. */
  leaving: boolean;
  finished: boolean;
  /** Numbers of nodes. */
  desired: number;
  succeeded: number;
  failed: number;
  failedNodes: readonly string[];
  message: string;
}

/** Undefined when the text is no ImagePullJob. */
export function jobStatusIn(body: string): JobStatus | undefined {
  const job = fieldsOf(parsed(body));
  const metadata = fieldsOf(job?.metadata);
  const uid = textOf(metadata?.uid);
  if (job?.kind !== 'ImagePullJob' || uid === undefined) return undefined;
  const status = fieldsOf(job.status);
  return {
    uid,
    leaving: textOf(metadata?.deletionTimestamp) !== undefined,
    finished: textOf(status?.completionTime) !== undefined,
    desired: numberOf(status?.desired) ?? 0,
    succeeded: numberOf(status?.succeeded) ?? 0,
    failed: numberOf(status?.failed) ?? 0,
    failedNodes: listOf(status?.failedNodes).flatMap((node) => textOf(node) ?? []),
    message: textOf(status?.message) ?? '',
  };
}

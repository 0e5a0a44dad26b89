/**
 * What happens to the deliveries of one request, in order: check the rules, attempt, judge each, report each. An ignored
 * member leaves the batch before it is sent. One that is left alone is an ordinary delivery.
 */
import { isTest } from '@longshore/event';
import {
  type BatchHandle,
  groupMadeAt,
  judgeBatch,
  newGroup,
  type RetryGroup,
  type TakenMember,
} from '@longshore/queue/batch';
import { longestDelay, type Verdict } from '@longshore/queue/consumer';
import type { SendResult } from '@longshore/sinks';
import { inBatchSpan, noteVerdict } from './attempt-span.js';
import { faultOf, type Handle, type LiveEndpoint } from './pipeline.js';
import type { Report } from './report.js';

const RELEASED: Verdict = { settle: 'released' };

/** See the header. @param alone what handles one delivery by itself */
export function createBatchPipeline(
  endpoint: () => LiveEndpoint,
  report: Report,
  alone: Handle,
): BatchHandle {
  /** When the receiver last accepted something, by this process' clock. */
  let acceptedAt = 0;

  const verdictsOn = (
    members: readonly TakenMember[],
    result: SendResult,
    group: RetryGroup | undefined,
    ms: number,
  ): readonly Verdict[] => {
    if (result === 'aborted' || result === 'unsent') return members.map(() => RELEASED);
    const { stage = 'first' } = group ?? {};
    if (result.kind === 'deferred') {
      const { until, why, ours } = result;
      const [first] = members;
      if (ours && first) report.prevented(first.delivery, ours, why);
      const together = newGroup(stage);
      return members.map(() => ({ settle: 'deferred', until, why, ...(ours && { ours }), group: together }));
    }
    const { settings, ordered } = endpoint();
    const attempts = members.map(({ taken }) => taken.number);
    const verdicts = judgeBatch({ attempts, stage }, result, {
      policy: settings,
      started: ordered ? Math.max(...members.map(({ taken }) => taken.started)) : undefined,
      isOrdered: settings.order === 'endpoint',
      isAccepting: group !== undefined && acceptedAt > groupMadeAt(group),
    });
    for (const [i, { delivery, taken }] of members.entries()) {
      const verdict = verdicts[i];
      const batch = members.length > 1 ? members.length : undefined;
      if (verdict) report.attempted({ delivery, attempt: taken.number, verdict, ms, batch, isNoted: i > 0 });
    }
    return verdicts;
  };

  const together = (members: readonly TakenMember[], group: RetryGroup | undefined) =>
    inBatchSpan(members, async (span) => {
      const started = performance.now();
      const results = await send(members, endpoint());
      const ms = performance.now() - started;
      // Those of one request have the very same result.
      return [...new Set(results)].flatMap((result) => {
        const sent = members.filter((_, i) => results[i] === result);
        const verdicts = verdictsOn(sent, result, group, ms);
        const judged = verdicts.find((verdict) => 'outcome' in verdict);
        if (judged) noteVerdict(span, judged);
        return sent.map((member, i): [TakenMember, Verdict] => [member, verdicts[i] ?? RELEASED]);
      });
    });

  return async ({ members, group }) => {
    const verdicts = new Map<TakenMember, Verdict>();
    const checking = members.map(async (member) => {
      const rule = await endpoint().ignores(member.delivery);
      if (!rule) return;
      report.ignored(member.delivery, rule);
      verdicts.set(member, { settle: 'ignored', rule });
    });
    await Promise.all(checking);
    // A test is in no company: it says so in a header of its request.
    for (const member of members.filter((one) => isTest(one.delivery) && !verdicts.has(one)))
      verdicts.set(member, await alone(member.delivery, member.taken));
    const left = members.filter((member) => !verdicts.has(member));
    const [only] = left;
    if (only && left.length === 1) verdicts.set(only, await alone(only.delivery, only.taken));
    else if (only) for (const [member, verdict] of await together(left, group)) verdicts.set(member, verdict);
    if (left.some((member) => verdicts.get(member)?.settle === 'delivered')) acceptedAt = Date.now();
    return members.map((member) => verdicts.get(member) ?? RELEASED);
  };
}

/** One attempt with several deliveries. A sink promises not to throw; if one does, that is an attempt like any other. */
async function send(
  members: readonly TakenMember[],
  { settings, sink, attempts }: LiveEndpoint,
): Promise<readonly SendResult[]> {
  const [first] = members;
  if (!first) return [];
  const number = Math.max(...members.map(({ taken }) => taken.number));
  const sending = sink
    .send(
      members.map(({ delivery }) => delivery),
      {
        ...{ number, signal: first.taken.signal, retryWithin: longestDelay(settings, number) },
        progress: (value) => {
          for (const { taken } of members) taken.progress(value);
        },
      },
    )
    .catch((error: unknown) => {
      const fault = faultOf(error);
      return members.map(() => fault);
    });
  attempts.add(sending);
  const results = await sending;
  attempts.delete(sending);
  return results;
}

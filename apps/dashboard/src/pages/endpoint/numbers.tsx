/** The numbers of an endpoint, beside each other. */
import { formatDuration, formatNumber } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { backlogTrend } from '@longshore/operator/format';
import type { Activity } from '@longshore/queue/activity';
import { formatLatency } from '../charts/lines.js';
import { recentLatency } from '../home/rows.js';
import { Ago, link } from '../parts.js';

/** What they are computed from. */
export interface NumbersProps {
  overview: EndpointOverview;
  activity: Activity;
  redisFullMs?: number;
  now: number;
}

/** The numbers. */
export function Numbers({ overview, activity, redisFullMs, now }: NumbersProps) {
  const { name: endpoint, pulse, rate } = overview;
  const { waiting, delayed, active, dead, oldestAt, lastDeliveredAt, hold } = pulse;
  const backlog = waiting + delayed + active;
  const trend = backlogTrend(backlog, activity.minutes, redisFullMs, now);
  const p95 = recentLatency(activity, now);
  return (
    <dl class="facts" data-live>
      <div>
        <dt>Delivered a minute</dt>
        <dd>{formatNumber(rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10)}</dd>
      </div>
      <div>
        <dt>Response time, p95</dt>
        <dd>{p95 === undefined ? '–' : formatLatency(p95)}</dd>
      </div>
      <div>
        <dt>Backlog</dt>
        <dd>
          {formatNumber(backlog)}
          {oldestAt && <small> oldest {formatDuration(now - oldestAt)}</small>}
          {trend && <small class={trend.direction === 'grows' ? 'warn' : undefined}> {trend.words}</small>}
        </dd>
      </div>
      <div>
        <dt>Dead letters</dt>
        <dd>{dead > 0 ? <a href={link('/dead', { endpoint })}>{formatNumber(dead)}</a> : '0'}</dd>
      </div>
      <div>
        <dt>Last delivered</dt>
        <dd>{lastDeliveredAt ? <Ago at={lastDeliveredAt} now={now} /> : 'never'}</dd>
      </div>
      {hold?.probeAt !== undefined && (
        <div>
          <dt>Next probe</dt>
          <dd>{hold.probeAt > now ? <Ago at={hold.probeAt} now={now} /> : 'now'}</dd>
        </div>
      )}
    </dl>
  );
}

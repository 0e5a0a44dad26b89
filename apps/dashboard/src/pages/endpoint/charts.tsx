/** The last day and the last hour of an endpoint, drawn. */
import type { EndpointOverview } from '@longshore/operator';
import { type Activity, percentile } from '@longshore/queue/activity';
import { Bars } from '../charts/bars.js';
import { Lines } from '../charts/lines.js';
import { EndpointStrip } from '../home/rows.js';

const MINUTE_MS = 60_000;
const MINUTES = 60;

/** `18:05`, UTC. */
const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);

/** What they show. */
export interface EndpointChartsProps {
  overview: EndpointOverview;
  activity: Activity;
  now: number;
}

/** All of them. */
export function EndpointCharts({ overview, activity, now }: EndpointChartsProps) {
  const last = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const minutes = Array.from({ length: MINUTES }, (_, n) => last - (MINUTES - 1 - n) * MINUTE_MS);
  const counts = new Map(overview.pulse.minutes.map((each) => [each.at, each]));
  const latency = new Map(activity.minutes.map((each) => [each.at, each.latency]));
  const bins = minutes.map((at) => {
    const { delivered = 0, failed = 0 } = counts.get(at) ?? {};
    return { from: clock(at), to: clock(at), values: [delivered, failed] };
  });
  const times = minutes.map((at) => ({
    name: clock(at),
    values: [0.5, 0.95].map((share) => percentile(latency.get(at) ?? [], share)),
  }));
  return (
    <>
      <figure class="chart day">
        <figcaption>
          Last 24 hours
          <span class="key delivered">delivered</span>
          <span class="key failed">failed</span>
          <span class="key waits">held</span>
        </figcaption>
        <EndpointStrip activity={activity} />
        <div class="days" aria-hidden="true">
          <span>{clock(activity.quarters[0]?.at ?? now)} UTC yesterday</span>
          <span>now</span>
        </div>
      </figure>
      <div class="charts">
        <Bars
          title="Attempts, last hour"
          unit="Minute (UTC)"
          series={[
            { name: 'delivered', tone: 'delivered' },
            { name: 'failed', tone: 'failed' },
          ]}
          bins={bins}
        />
        <Lines
          title="Response time, last hour"
          unit="Minute (UTC)"
          series={['median', 'p95']}
          points={times}
        />
      </div>
    </>
  );
}

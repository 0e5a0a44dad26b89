/** The rows of `panels.mjs` as a dashboard of Grafana 10 and newer, laid out from left to right. */
import { METRICS } from '../../packages/observe/dist/metrics-table.js';
import { annotations, endpointLinks, links, pagesVariable } from './marks.mjs';
import { ROWS } from './panels.mjs';

const WIDTH = 24;
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variable, not JavaScript's
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Size of a panel in Grafana's grid. */
const SIZES = { stat: { w: 3, h: 4 }, time: { w: 8, h: 8 } };

/** `infra/grafana/longshore.json` */
export function dashboard() {
  return {
    title: 'Longshore',
    uid: 'longshore',
    description:
      'Made by scripts/gen-grafana.mjs from the metrics’ catalogue. Change scripts/grafana/panels.mjs.',
    tags: ['longshore'],
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    templating: { list: variables() },
    annotations: { list: annotations() },
    links: links(),
    panels: placed(),
  };
}

function variables() {
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
    {
      ...{ name: 'endpoint', label: 'Endpoint', type: 'query', datasource: DATASOURCE },
      query: { query: 'label_values(longshore_queue_deliveries, endpoint)', refId: 'endpoint' },
      ...{ refresh: 2, sort: 1, multi: true, includeAll: true, allValue: '.*' },
      current: { text: ['All'], value: ['$__all'] },
    },
    pagesVariable(),
  ];
}

function placed() {
  const panels = [];
  let y = 0;
  for (const { row, panels: inRow } of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row,
      gridPos: { x: 0, y, w: WIDTH, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of inRow) {
      const { w, h } = 'stat' in panel ? SIZES.stat : SIZES.time;
      if (x + w > WIDTH) {
        x = 0;
        y += height;
      }
      panels.push({ id: panels.length + 1, ...panelOf(panel), gridPos: { x, y, w, h } });
      x += w;
      height = h;
    }
    y += height;
  }
  return panels;
}

function panelOf(panel) {
  const { about, unit = 'short', steps } = panel;
  const common = { datasource: DATASOURCE, ...(about && { description: wordsOf(about) }) };
  const thresholds = { mode: 'absolute', steps: steps ?? [{ color: 'text', value: null }] };
  if ('stat' in panel) {
    return {
      ...{ type: 'stat', title: panel.stat, ...common },
      targets: [{ refId: 'A', datasource: DATASOURCE, expr: panel.expr, instant: true }],
      fieldConfig: { defaults: { unit, thresholds, noValue: '–' }, overrides: [] },
      options: { colorMode: 'value', graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } },
    };
  }
  return {
    ...{ type: 'timeseries', title: panel.time, ...common },
    targets: panel.lines.map(([legend, expr], at) => ({
      ...{ refId: String.fromCharCode(65 + at), datasource: DATASOURCE, expr, legendFormat: legend },
    })),
    fieldConfig: {
      defaults: {
        ...{ unit, min: 0, custom: { fillOpacity: 10, showPoints: 'never' } },
        links: endpointLinks(panel.lines.map(([legend]) => legend)),
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom' },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

function wordsOf(metric) {
  const row = METRICS[metric];
  if (!row) throw new Error(`${metric} is not in packages/observe/src/metrics-table.ts`);
  return row.help;
}

/** The dashboard and the alert rules in infra name what the processes export, and nothing else. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createObserver } from '../packages/observe/dist/index.js';
import { METRICS } from '../packages/observe/dist/metrics-table.js';
import { toolPath } from '../packages/testkit/dist/tools.js';
import { dashboard } from './grafana/dashboard.mjs';
import { anchors } from './testing/markdown.mjs';
import { ROOT, temporaryFolder } from './testing/relay.mjs';

const run = promisify(execFile);
const read = (path) => readFileSync(join(ROOT, path), 'utf8');
const RULES = parse(read('infra/prometheus/rules.yml')).groups.flatMap(({ rules }) => rules);
const BOARD = JSON.parse(read('infra/grafana/longshore.json'));
const TARGETS = BOARD.panels.flatMap(({ targets = [] }) => targets);
const MARKS = BOARD.annotations.list;
const EXPRESSIONS = [...RULES, ...TARGETS, ...MARKS].map(({ expr }) => expr);

/** Labels that Prometheus itself adds, and that of a histogram's buckets. */
const ADDED = ['instance', 'job', 'le'];

/** Metric and labels of each selector, and the labels by which is grouped. */
function named(expr) {
  const selectors = [...expr.matchAll(/\b((?:longshore|registry|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g)];
  return {
    metrics: selectors.map(([, metric, filter = '']) => ({
      metric,
      labels: [...filter.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label),
    })),
    grouped: [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) =>
      list.split(', ').filter((label) => label !== ''),
    ),
  };
}

const rowOf = (metric) => METRICS[metric] ?? METRICS[metric.replace(/_(bucket|sum|count)$/, '')];

test('every metric that they name exists, with the labels that they name', async () => {
  const observer = createObserver({
    level: 'silent',
    pretty: false,
    version: '0',
    destination: { write() {} },
  });
  const { body } = await observer.metrics();
  const others = ['up', ...[...body.matchAll(/^# TYPE ((?:process|nodejs)_\S+)/gm)].map(([, name]) => name)];
  const wrong = EXPRESSIONS.flatMap((expr) => {
    const { metrics, grouped } = named(expr);
    const known = [...ADDED, ...metrics.flatMap(({ metric }) => rowOf(metric)?.labels ?? [])];
    return [
      ...metrics
        .filter(({ metric }) => !rowOf(metric) && !others.includes(metric))
        .map(({ metric }) => metric),
      ...metrics.flatMap(({ metric, labels }) =>
        labels
          .filter((label) => ![...ADDED, ...(rowOf(metric)?.labels ?? [])].includes(label))
          .map((label) => `${metric}{${label}}`),
      ),
      ...grouped.filter((label) => !known.includes(label)).map((label) => `${label} in ${expr}`),
    ];
  });
  expect(EXPRESSIONS.length).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});

describe('infra/grafana/longshore.json', () => {
  test('is what the script makes of the catalogue', () => {
    expect(BOARD).toEqual(JSON.parse(JSON.stringify(dashboard())));
  });

  test('shows every metric of ours', () => {
    const shown = TARGETS.flatMap(({ expr }) => named(expr).metrics.map(({ metric }) => metric));
    const ours = Object.keys(METRICS).filter((name) => name.startsWith('longshore_'));
    const missing = ours.filter(
      (name) => !shown.some((metric) => metric === name || metric === `${name}_bucket`),
    );
    expect(missing).toEqual([]);
  });

  test('a legend names only labels that its expression has', () => {
    for (const { expr, legendFormat = '' } of TARGETS) {
      const { metrics, grouped } = named(expr);
      // Without grouping all labels are there.
      const there =
        grouped.length > 0
          ? [...grouped, 'instance']
          : metrics.flatMap(({ metric }) => rowOf(metric)?.labels);
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(there, expr).toContain(label);
    }
  });

  test('holds, reloads and rejected files are marked, and lines of an endpoint lead to its page', () => {
    expect(MARKS.map(({ name }) => name)).toEqual(['Holds', 'Reloads', 'Rejected configuration']);
    for (const { expr, titleFormat } of MARKS) {
      const { metrics, grouped } = named(expr);
      const there = [...grouped, ...metrics.flatMap(({ metric }) => rowOf(metric)?.labels), 'instance'];
      for (const [, label] of titleFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(there, expr).toContain(label);
    }
    const linked = BOARD.panels.filter(({ fieldConfig }) => fieldConfig?.defaults.links?.length > 0);
    const byEndpoint = BOARD.panels.filter(({ targets = [] }) =>
      targets.some(({ legendFormat = '' }) => legendFormat.includes('{{endpoint}}')),
    );
    expect(linked.map(({ title }) => title)).toEqual(byEndpoint.map(({ title }) => title));
    expect(linked.length).toBeGreaterThan(3);
    expect(BOARD.templating.list.map(({ name }) => name)).toContain('pages');
    expect(BOARD.links.length).toBeGreaterThan(0);
  });

  test('no panel lies over another, and all are within the grid', () => {
    const cells = new Set();
    for (const { title, gridPos } of BOARD.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`), title).toBe(false);
          cells.add(`${x} ${y}`);
        }
      }
    }
    expect(new Set(BOARD.panels.map(({ id }) => id)).size).toBe(BOARD.panels.length);
  });
});

describe('infra/prometheus', () => {
  test('has a rule for each thing that needs a person', () => {
    const names = RULES.map(({ alert }) => alert.replace('Longshore', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'EndpointFailing',
        'BacklogOld',
        'DeadLetters',
        'Quarantine',
        'RedisMemory',
        'NoEvents',
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test('each rule says how bad it is, waits, names a page and a heading that there are, and has a test', () => {
    const tested = read('infra/prometheus/rules.test.yml');
    for (const { alert, labels, annotations, for: waits } of RULES) {
      expect(['warning', 'critical'], alert).toContain(labels.severity);
      expect(waits, alert).toMatch(/^\d+[mh]$/);
      expect(annotations.description, alert).toMatch(/^[A-Z].*\.$/);
      expect(tested).toContain(alert);
      const url = new URL(annotations.runbook_url);
      const [page, anchor] = [url.pathname.slice(1), url.hash.slice(1)];
      expect(url.host).toBe('longshore.example');
      expect(existsSync(join(ROOT, page)), alert).toBe(true);
      if (anchor) expect(anchors(read(page)), alert).toContain(anchor);
    }
  });

  test('the sample scrapes the services of the compose file, by the job that the rules ask for', () => {
    const [job] = parse(read('infra/prometheus/prometheus.yml')).scrape_configs;
    const [{ names, port }] = job.dns_sd_configs;
    const services = Object.keys(parse(read('infra/compose/compose.yml'), { merge: true }).services);
    expect([job.job_name, port]).toEqual(['longshore', 5082]);
    for (const name of names) expect(services).toContain(name);
  });

  // Where Prometheus' own tool is installed (Debian: prometheus) it has the last word.
  const folder = join(ROOT, 'infra/prometheus');
  if (toolPath('promtool'))
    test('promtool accepts the rules, their tests and every expression of the dashboard', async () => {
      await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
      await run('promtool', ['test', 'rules', join(folder, 'rules.test.yml')]);
      const rules = TARGETS.map(({ expr }, at) => ({
        record: `panel:${at}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$endpoint', '.*'),
      }));
      const file = join(await temporaryFolder(), 'panels.yml');
      await writeFile(file, stringify({ groups: [{ name: 'panels', rules }] }));
      const { stdout } = await run('promtool', ['check', 'rules', file]);
      expect(stdout).toContain(`SUCCESS: ${TARGETS.length} rules found`);
    });
});

/** What is marked on every panel, and what panels link to: the address of Longshore's own pages is a variable. */

/** Names of Grafana's variables, not JavaScript's. */
const variable = (name) => `\${${name}}`;
const DATASOURCE = { type: 'prometheus', uid: variable('datasource') };

const MARKS = [
  {
    name: 'Holds',
    colour: 'red',
    expr: 'max by (endpoint) (longshore_endpoint_held{endpoint=~"$endpoint"}) == 1',
    title: 'held: {{endpoint}}',
  },
  {
    name: 'Reloads',
    colour: 'blue',
    expr: 'changes(longshore_config_last_reload_success_timestamp_seconds[1m]) > 0',
    title: 'configuration reloaded on {{instance}}',
  },
  {
    name: 'Rejected configuration',
    colour: 'orange',
    expr: 'longshore_config_last_reload_successful == 0',
    title: 'configuration rejected on {{instance}}',
  },
];

/** Annotations of the dashboard. A mark lasts as long as its expression has a value. */
export const annotations = () =>
  MARKS.map(({ name, colour, expr, title }) => ({
    ...{ name, datasource: DATASOURCE, enable: true, iconColor: colour },
    ...{ expr, step: '60s', titleFormat: title, useValueForTime: false },
  }));

/** The textbox with the address of Longshore's pages. */
export const pagesVariable = () => ({
  ...{ name: 'pages', label: 'Longshore', type: 'textbox', query: 'http://127.0.0.1:5081' },
  current: { text: 'http://127.0.0.1:5081', value: 'http://127.0.0.1:5081' },
});

const PAGES = [
  ['Endpoints', '/'],
  ['Dead letters', '/dead'],
  ['Quarantine', '/quarantine'],
];

/** Links of the dashboard. */
export const links = () =>
  PAGES.map(([title, path]) => ({
    ...{ title: `Longshore: ${title}`, type: 'link', icon: 'external link', targetBlank: true },
    url: `${variable('pages')}${path}`,
  }));

/** Of a panel whose lines are endpoints: to the page of each. */
export const endpointLinks = (legends) =>
  legends.some((legend) => legend.includes('{{endpoint}}'))
    ? [
        {
          title: 'Endpoint in Longshore',
          url: `${variable('pages')}/endpoints/${variable('__field.labels.endpoint')}`,
          targetBlank: true,
        },
      ]
    : [];

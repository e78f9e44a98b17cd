import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { createMetrics } from '../../src/api/metrics.js';
import { SLOW_SECONDS } from '../../src/api/meters/page-meters.js';

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity: string };
}
interface Panel {
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string }[];
}

const file = (path: string): string => readFileSync(new URL(`../../docker/${path}`, import.meta.url), 'utf8');
const rules = (load(file('prometheus/rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(file('grafana/imago.json')) as { panels: Panel[] };

/** Names of metrics in an expression: words that are neither functions, labels, values nor words of the language. */
function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|ignoring|on|group_left)\s*\([^)]*\)/g, ' ')
    .replace(/\b[\w:]+\s*\(/g, '(');
  return [...bare.matchAll(/[a-z_][\w:]*/gi)].map(([name]) => name).filter((name) => !LANGUAGE.has(name));
}
const LANGUAGE = new Set(['and', 'or', 'unless', 'by', 'group_left', 'bool']);

/** Every name under which the service gives values, and the labels of each. */
async function exported(): Promise<Map<string, readonly string[]>> {
  const names = new Map<string, readonly string[]>();
  for (const { name, type } of await createMetrics().registry.getMetricsAsJSON()) {
    const kind = String(type);
    const ends = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : kind === 'summary' ? ['', '_sum', '_count'] : [''];
    for (const end of ends) names.set(name + end, []);
  }
  names.set('up', []); // Prometheus's own
  for (const { record } of rules) if (record) names.set(record, []);
  return names;
}

describe('metricsIn', () => {
  it('finds names and nothing else', () => {
    expect(metricsIn('sum by (le) (rate(a_total{x!="b"}[5m])) / ignoring(c) group_left sum(d) > (14.4 * 0.001) and e:f')).toEqual([
      'a_total',
      'd',
      'e:f',
    ]);
  });
});

describe('alert rules', () => {
  it('name only what the service exports or another rule records', async () => {
    const known = await exported();
    const unknown = rules.flatMap(({ expr }) => metricsIn(expr)).filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
  });

  it('each say how bad it is', () => {
    const alerts = rules.filter(({ alert }) => alert !== undefined);
    expect(alerts.filter(({ labels }) => !['page', 'ticket'].includes(labels?.severity ?? ''))).toEqual([]);
  });

  it('name the limit that pages are counted by', () => {
    expect(file('prometheus/rules.yml')).toContain(`answered within ${SLOW_SECONDS * 1000} ms`);
  });
});

const MINUTES: Record<string, number> = { '5m': 5, '30m': 30, '1h': 60, '6h': 360, '3d': 4_320 };

/** Which burn-rate alerts a history fires at its end: `badPerMinute` of 1,000 requests a minute, the last entry the latest. */
function firing(badPerMinute: readonly number[]): string[] {
  const ratio = (window: string): number => {
    const part = badPerMinute.slice(-MINUTES[window]);
    return part.reduce((sum, bad) => sum + bad, 0) / (1_000 * part.length);
  };
  const parts = /imago:page_failures:ratio_rate(\w+) > \(([\d.]+) \* 0\.001\)/g;
  return rules
    .filter(({ alert, expr }) => alert && expr.includes('ratio_rate'))
    .filter(({ expr }) => {
      const conditions = [...expr.matchAll(parts)];
      expect(conditions).toHaveLength(2); // a long window, and a short one that ends the alert when it is over
      return conditions.every(([, window, times]) => ratio(window) > Number(times) * 0.001);
    })
    .map(({ alert }) => alert!);
}

const minutes = (count: number, bad: number): number[] => Array.from({ length: count }, () => bad);

describe('the burn of the budget of one in a thousand', () => {
  it('records each ratio over the window of its name', () => {
    const recorded = rules.filter(({ record }) => record?.startsWith('imago:page_failures:'));
    expect(recorded.map(({ record }) => record!.replace('imago:page_failures:ratio_rate', ''))).toEqual(Object.keys(MINUTES));
    for (const { record, expr } of recorded) {
      const window = record!.replace('imago:page_failures:ratio_rate', '');
      expect(expr.match(/\[\w+\]/g)).toEqual([`[${window}]`, `[${window}]`]);
    }
  });

  it('calls somebody at once when 2 in 100 fail for an hour', () => {
    expect(firing([...minutes(4_260, 0), ...minutes(60, 20)])).toContain('ImagoPagesFailFast'); // 20 times the budget
  });

  it('calls nobody at once for 20 minutes of it', () => {
    expect(firing([...minutes(4_300, 0), ...minutes(20, 20)])).toEqual([]); // 20 * 20/60 = 6.7 times over the hour
  });

  it('calls for 7 times the budget only after hours', () => {
    expect(firing([...minutes(4_260, 0), ...minutes(60, 7)])).toEqual([]); // 7 * 60/360 = 1.2 times over six hours
    expect(firing([...minutes(3_960, 0), ...minutes(360, 7)])).toEqual(['ImagoPagesFail']); // over three days 0.6 times
  });

  it('notes what would use the budget up early, and wakes nobody', () => {
    expect(firing(minutes(4_320, 2))).toEqual(['ImagoPagesFailSlowly']);
  });

  it('stops calling when it is over', () => {
    expect(firing([...minutes(4_250, 0), ...minutes(60, 20), ...minutes(10, 0)])).not.toContain('ImagoPagesFailFast');
  });

  it('is silent for a day within the promise, and for one without a fault', () => {
    expect(firing(minutes(4_320, 0.5))).toEqual([]);
    expect(firing(minutes(4_320, 0))).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('shows only what the service exports or a rule records', async () => {
    const known = await exported();
    const shown = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => metricsIn(expr)));
    expect(shown.filter((name) => !known.has(name))).toEqual([]);
  });

  it('has every metric of ours on a panel or in an alert', async () => {
    const used = new Set(
      [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...rules.map(({ expr }) => expr)].flatMap(metricsIn),
    );
    const ours = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name).filter((name) => name.startsWith('imago_'));
    expect(ours.filter((name) => ![...used].some((one) => one.startsWith(name)))).toEqual([]);
  });

  it('has panels that do not lie on each other', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  });
});

describe('the configuration of Prometheus', () => {
  it('reads the rules, with a token, from a service of every way of deploying', () => {
    const config = load(file('prometheus/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; authorization: object; dns_sd_configs: { names: string[] }[] }[];
    };
    expect(config.rule_files).toEqual(['rules.yml']);
    const [imago] = config.scrape_configs;
    expect(imago).toMatchObject({ job_name: 'imago', authorization: { credentials_file: '/run/secrets/imago-metrics-token' } });
    expect(imago.dns_sd_configs[0].names).toEqual(['imago', 'api', 'worker']);
  });
});

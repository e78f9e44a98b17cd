import { createHash } from 'node:crypto';

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 78rem; padding: 1rem; color: #1b1b1b; background: #fff }
  main { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem } @media (max-width: 60rem) { main { grid-template-columns: 1fr } }
  textarea, pre { box-sizing: border-box; width: 100%; font: 13px/1.4 ui-monospace, monospace; border: 1px solid #bbb; border-radius: 4px; padding: .6rem; margin: 0 }
  #query { height: 24rem } #variables { height: 7rem } pre { white-space: pre-wrap; overflow-wrap: anywhere; min-height: 8rem }
  label { display: block; margin: .6rem 0 .2rem } button { font: inherit; padding: .3rem 1.2rem; margin-top: .6rem } li { margin: .35rem 0 } small { color: #555 }`;

const SCRIPT = `
  const [query, variables, run, status, answer, list] = ['query', 'variables', 'run', 'status', 'answer', 'list'].map((id) => document.getElementById(id));
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  function show({ item, position, reasons }) {
    const line = element('li', (item.title ?? item.id) + ' ');
    line.value = position;
    const facts = [item.kind, (item.categories ?? []).join(' > '), item.price == null ? '' : item.price + ' ' + (item.currency ?? '')].filter(Boolean).join(' · ');
    line.append(element('small', facts), document.createElement('br'), element('small', (reasons ?? []).map(({ text }) => text).join(', ')));
    return line;
  }
  async function send() {
    list.replaceChildren();
    answer.textContent = '';
    status.textContent = 'running';
    const started = performance.now();
    try {
      const body = JSON.stringify({ query: query.value, variables: JSON.parse(variables.value || '{}') });
      const got = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const result = await got.json();
      status.textContent = got.status + ' in ' + Math.round(performance.now() - started) + ' ms';
      answer.textContent = JSON.stringify(result, null, 2);
      list.replaceChildren(...Object.values(result.data ?? {}).flatMap((feed) => feed?.items ?? []).filter(({ item, position }) => item && position).map(show));
    } catch (error) {
      status.textContent = error.message;
    }
  }
  run.addEventListener('click', send);
  query.addEventListener('keydown', (event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(); });`;

const QUERY = `query Feed($input: FeedInput!) {
  feed(input: $input) {
    items {
      position
      item { id title kind categories price currency }
      score
      reasons { code text }
      exposureId
    }
    pageInfo { endCursor hasNextPage }
    ranking { scorer configVersion degraded candidates tookMs }
  }
}`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/**
 * A page to try queries in, which needs no network besides this service: it starts with a query for a feed.
 * Its policy allows the browser this script, this style and calls back here, nothing else.
 */
export function explorerPage(locale: string): { html: string; policy: string } {
  const variables = JSON.stringify({ input: { first: 10, context: { locale } } }, null, 2);
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Imago</title><style>${STYLE}</style></head>
<body><h1>Imago</h1>
<p>Ask the API. Add a <code>userId</code> to the input for a personal feed; without one it is the same for everyone.</p>
<main><section>
<label for="query">Query (Ctrl+Enter runs it)</label><textarea id="query" spellcheck="false">${escaped(QUERY)}</textarea>
<label for="variables">Variables</label><textarea id="variables" spellcheck="false">${escaped(variables)}</textarea>
<button id="run" autofocus>Run</button> <span id="status" role="status"></span>
</section><section><ol id="list"></ol><label for="answer">Answer</label><pre id="answer" tabindex="0"></pre></section></main>
<script>${SCRIPT}</script></body></html>`;
  const policy = `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}

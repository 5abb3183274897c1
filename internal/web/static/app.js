// What pages gain by a script; none of them needs it.
(() => {
  'use strict';
  const $ = (s, in_ = document) => in_.querySelector(s);
  const $$ = (s, in_ = document) => [...in_.querySelectorAll(s)];
  const say = (text) => { $('#said').textContent = text; };
  document.documentElement.classList.add('js');

  function dress(root) {
    $$('[data-copy]', root).forEach((b) => { b.hidden = false; });
    $$('[data-narrow]', root).forEach((i) => { i.hidden = false; });
  }
  dress(document);
  document.addEventListener('htmx:afterSwap', (e) => { dress(e.target); say($('.count')?.textContent ?? ''); });
  document.addEventListener('htmx:sendError', () => say('The server does not answer.'));
  // What is shown need not be asked for again: leaving a field is a change too, and
  // a list that comes anew takes the focus away.
  const shown = (address) => { const u = new URL(address, location); return u.pathname + '?' + u.searchParams; };
  document.addEventListener('htmx:beforeRequest', (e) => {
    if (shown(e.detail.pathInfo.finalRequestPath) === shown(location)) e.preventDefault();
    else $('#progress').hidden = false;
  });
  document.addEventListener('htmx:afterRequest', () => { $('#progress').hidden = true; });
  document.addEventListener('submit', (e) => {
    if (e.target.id === 'console') { $('#progress').hidden = false; say('Running'); }
    // An empty field is no condition.
    if (e.target.method === 'get') { $$('select,input', e.target).forEach((f) => { if (!f.value) f.disabled = true; }); }
  });
  addEventListener('pageshow', () => { $('#progress').hidden = true; $$('form [disabled]').forEach((f) => { f.disabled = false; }); });
  document.addEventListener('htmx:configRequest', (e) => {
    const p = e.detail.parameters;
    for (const key of Object.keys(p)) { if (p[key] === '') delete p[key]; }
  });

  document.addEventListener('change', (e) => { if (e.target.matches('[data-submit]')) e.target.form.requestSubmit(); });
  document.addEventListener('click', async (e) => {
    const b = e.target.closest('[data-copy]');
    if (!b) return;
    const pre = $('pre', b.closest('.code, section') ?? b.parentElement.parentElement);
    try { await navigator.clipboard.writeText(pre.textContent); b.textContent = 'Copied'; say('Copied'); } catch { b.textContent = 'Select it and copy'; getSelection().selectAllChildren(pre); }
    setTimeout(() => { b.textContent = 'Copy'; }, 1500);
  });
  document.addEventListener('input', (e) => {
    if (!e.target.matches('[data-narrow]')) return;
    const words = e.target.value.trim().toLowerCase();
    $$('details', $(e.target.dataset.narrow)).forEach((d) => { d.hidden = words !== '' && !d.textContent.toLowerCase().includes(words); });
  });

  // Keys.
  function move(step) {
    const rows = $$('[data-row]').filter((r) => r.offsetParent);
    if (!rows.length) return;
    const at = rows.findIndex((r) => r.contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
    $('th a, a', rows[next])?.focus();
  }
  document.addEventListener('focusin', (e) => {
    $$('tr.at').forEach((r) => r.classList.remove('at'));
    e.target.closest?.('tr[data-row]')?.classList.add('at');
  });
  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.matches('input,select,textarea')) { if (e.key === 'Escape' && !e.defaultPrevented) { e.preventDefault(); e.target.blur(); } return; } // which would empty a search
    switch (e.key) {
      case '/': { const field = $('main input[type=search]:not([hidden])') ?? $('#sql'); if (field) { e.preventDefault(); field.focus(); field.select(); } break; }
      case 'j': move(1); break;
      case 'k': move(-1); break;
      case '?': $('#help').showModal(); break;
    }
  });

  // The trend, from its table.
  const trend = $('#trend');
  if (trend && window.uPlot) {
    const rows = $$('tbody tr', $('#' + trend.dataset.table));
    const xs = rows.map((r) => Date.parse($('time', r).dateTime) / 1000);
    const ys = rows.map((r) => { const [part, all] = $('[data-value]', r).dataset.value.split('/'); return +all ? 100 * part / all : null; });
    const draw = () => {
      const css = getComputedStyle(document.documentElement);
      const color = (name) => css.getPropertyValue(name).trim();
      const axis = { stroke: color('--soft'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
      trend.replaceChildren();
      new uPlot({
        width: trend.clientWidth, height: 130, cursor: { show: false }, legend: { show: false }, scales: { y: { range: [0, 100] } },
        axes: [{ ...axis, space: 60, size: 26, values: '{MMM} {D}' }, { ...axis, size: 38, values: (_, v) => v.map((n) => n + '%') }],
        series: [{}, { stroke: color('--accent'), width: 2, fill: color('--hover') }],
      }, [xs, ys], trend);
    };
    draw();
    addEventListener('resize', draw);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  }

  // The console: Ctrl-Enter runs, and words are completed by tables, columns and
  // keywords.
  const sql = $('#sql');
  if (!sql) return;
  const offers = $('#offers');
  const keywords = 'SELECT FROM WHERE JOIN LEFT ON GROUP BY ORDER HAVING LIMIT DISTINCT AS AND OR NOT IN IS NULL LIKE BETWEEN CASE WHEN THEN ELSE END WITH UNION count sum min max avg json_extract json_each group_concat'.split(' ');
  let tables = null, list = [], at = -1;
  sql.setAttribute('aria-controls', 'offers');
  sql.setAttribute('aria-autocomplete', 'list');
  const load = async () => { if (!tables) { tables = []; try { tables = (await (await fetch(sql.dataset.complete)).json()).items; } catch { /* keywords remain */ } } };
  sql.addEventListener('focus', load, { once: true });
  const close = () => { offers.hidden = true; list = []; at = -1; sql.removeAttribute('aria-activedescendant'); };
  const word = () => /[\w]+$/.exec(sql.value.slice(0, sql.selectionStart))?.[0] ?? '';
  function offer() {
    const before = sql.value.slice(0, sql.selectionStart), start = word();
    if (!start && !before.endsWith('.') || !tables) return close();
    const said = sql.value.toLowerCase();
    const named = tables.filter((t) => said.includes(t.name));
    const afterFrom = /\b(from|join)\s+\w*$/i.test(before);
    let all = afterFrom ? tables.map((t) => t.name) : [...named.flatMap((t) => t.columns.map((c) => c.name)), ...keywords];
    if (!afterFrom && start.length > 2) all.push(...tables.map((t) => t.name));
    list = [...new Set(all)].filter((n) => n.length > start.length && n.toLowerCase().startsWith(start.toLowerCase())).slice(0, 12);
    if (!list.length) return close();
    at = 0;
    paint();
    const lines = before.split('\n');
    const size = parseFloat(getComputedStyle(sql).lineHeight);
    offers.style.top = Math.min(lines.length * size + 8 - sql.scrollTop, sql.clientHeight) + 'px';
    offers.style.left = Math.min((lines.at(-1).length - start.length) * 7.8 + 8, sql.clientWidth - 230) + 'px';
    offers.hidden = false;
  }
  function paint() {
    offers.replaceChildren(...list.map((n, i) => {
      const li = document.createElement('li');
      li.id = 'offer-' + i; li.role = 'option'; li.textContent = n; li.ariaSelected = String(i === at);
      li.addEventListener('mousedown', (e) => { e.preventDefault(); at = i; take(); });
      return li;
    }));
    sql.setAttribute('aria-activedescendant', 'offer-' + at);
  }
  function take() {
    const start = word();
    sql.setRangeText(list[at], sql.selectionStart - start.length, sql.selectionStart, 'end');
    close();
  }
  sql.addEventListener('input', async () => { await load(); offer(); });
  sql.addEventListener('blur', close);
  sql.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); sql.form.requestSubmit(); return; }
    if (offers.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) { e.preventDefault(); at = (at + step + list.length) % list.length; paint(); }
    if (e.key === 'Tab') { e.preventDefault(); take(); }
    if (e.key === 'Escape') { e.preventDefault(); close(); }
  });
})();

'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const form = $('filter');
  const rules = [...document.querySelectorAll('details.rule')].map((el) => ({
    el,
    status: el.dataset.status,
    text: (el.querySelector('summary').textContent + ' ' + el.dataset.section).toLowerCase(),
    findings: [...el.querySelectorAll('details.finding')].map((f) => ({
      el: f, ns: f.dataset.ns, team: f.dataset.team, severity: f.dataset.severity, fresh: f.dataset.state === 'new', apart: f.classList.contains('apart'),
      text: f.querySelector('summary').textContent.toLowerCase(),
    })),
  }));
  const wanted = { failing: ['fail'], open: ['fail', 'review', 'not_assessed', 'error'] };

  const apply = () => {
    const words = form.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = form.severity.value, ns = form.ns.value, team = form.team && form.team.value, fresh = form.fresh && form.fresh.checked;
    const statuses = wanted[form.status.value] || (form.status.value === 'all' ? null : [form.status.value]);
    let shownRules = 0, shownFindings = 0;
    for (const r of rules) {
      let any = false;
      for (const f of r.findings) {
        const show = (!severity || f.severity === severity) && (!ns || f.ns === ns) && (!team || f.team === team) && (!fresh || f.fresh) &&
          words.every((w) => f.text.includes(w) || r.text.includes(w));
        if (f.el.hidden === show) f.el.hidden = !show;
        if (show) { any = true; if (!f.apart) shownFindings += 1; }
      }
      const self = !ns && !team && !fresh && words.every((w) => r.text.includes(w)) && (!severity || r.el.dataset.severity === severity);
      const show = (!statuses || statuses.includes(r.status) || (form.status.value === 'open' && r.el.dataset.incomplete)) && (r.findings.length ? any : self);
      if (r.el.hidden === show) r.el.hidden = !show;
      if (show) shownRules += 1; else shownFindings -= r.findings.filter((f) => !f.el.hidden && !f.apart).length;
    }
    $('shown').textContent = shownRules + (shownRules === 1 ? ' rule, ' : ' rules, ') + shownFindings + (shownFindings === 1 ? ' finding' : ' findings');
  };

  let timer = 0;
  form.hidden = false;
  form.addEventListener('submit', (e) => e.preventDefault());
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(apply, 120); });
  document.addEventListener('keydown', (e) => {
    if (e.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { e.preventDefault(); form.q.focus(); }
    if (e.key === 'Escape' && document.activeElement === form.q) { form.q.value = ''; apply(); }
  });

  document.addEventListener('click', async (e) => {
    const button = e.target.closest('button.copy');
    if (!button) return;
    const pre = button.closest('.in').querySelector('pre.fix');
    let done = false;
    try { await navigator.clipboard.writeText(pre.textContent); done = true; } catch { /* a page from disk may not: select it instead */ }
    if (!done) {
      const selection = getSelection(), range = document.createRange();
      range.selectNodeContents(pre);
      selection.removeAllRanges();
      selection.addRange(range);
      done = document.execCommand('copy');
    }
    button.textContent = done ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });

  const openTarget = () => {
    const el = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    if (el && el.matches('details')) { el.hidden = false; el.open = true; el.scrollIntoView(); }
  };
  addEventListener('hashchange', openTarget);

  // A printed page cannot be unfolded: rules are open on it, and findings while they are few.
  let opened = [];
  addEventListener('beforeprint', () => {
    const visible = rules.filter((r) => !r.el.hidden);
    const findings = visible.flatMap((r) => r.findings.filter((f) => !f.el.hidden));
    opened = [...visible.filter((r) => r.findings.length).map((r) => r.el), ...(findings.length <= 300 ? findings.map((f) => f.el) : [])].filter((el) => !el.open);
    for (const el of opened) el.open = true;
  });
  addEventListener('afterprint', () => { for (const el of opened) el.open = false; opened = []; });

  apply();
  openTarget();
  document.documentElement.dataset.ready = 'true';
})();

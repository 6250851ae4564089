/** Follows the browser's light or dark mode, uses one column on narrow screens, and never carries a meaning by colour alone. */
export const DRIFT_CSS = `
:root { --ink: #1c2430; --soft: #55606f; --page: #fff; --line: #d5dbe3; --shade: #f4f6f9; --good: #17692f; --warn: #8a4b00; --bad: #a8201a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a5b0be; --page: #14181f; --line: #333c48; --shade: #1d232c; --good: #6fd08c; --warn: #f0b45c; --bad: #ff8f87; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0; color: var(--soft); font-weight: 600; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .4rem; }
h4 { font-size: .95rem; margin: .9rem 0 .3rem; font-weight: 400; }
h3 code { font-weight: 700; font-size: 1rem; }
section { border-top: 1px solid var(--line); margin-top: 2rem; } section h2 { margin-top: 1.25rem; }
.legend { color: var(--soft); font-size: .85rem; margin: 0; } .legend b { color: var(--ink); font-weight: 600; }
.verdict { font-size: 1.5rem; font-weight: 700; margin: .25rem 0 .75rem; border-left: .35rem solid; padding-left: .75rem; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad, .gone { color: var(--bad); }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0; }
dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; }
code { font: .9em/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead th { width: 19%; } thead th:first-child { width: 26%; } thead th:nth-child(4) { width: 6.5rem; } thead th:last-child { width: 28%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--soft); font-size: .85rem; background: var(--shade); }
.class { border: 1px solid var(--line); border-radius: .75rem; padding: 0 .5rem; font-size: .85rem; }
.class.reported { color: var(--warn); } .class.accepted { color: var(--soft); }
.age, .remedy { color: var(--soft); font-weight: 400; }
@media screen and (max-width: 45rem) {
  body { padding: 1rem; }
  thead { position: absolute; left: -100vw; }
  table, tbody, tr, th, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  th, td { border: 0; padding: .1rem 0; }
  td::before { content: attr(data-name) ": "; color: var(--soft); }
}
@media print {
  :root { --ink: #000; --soft: #444; --page: #fff; --line: #bbb; --shade: #fff; --good: #000; --warn: #000; --bad: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  tr { break-inside: avoid; }
  h2, h3, h4, thead { break-after: avoid; }
  th, td { padding: .25rem .4rem; }
}
`

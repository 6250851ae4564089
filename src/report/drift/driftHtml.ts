import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import { showPointer } from '../../values/factKeys.ts'
import type { Problem } from '../../values/problem.ts'
import { DRIFT_CSS } from './driftHtmlStyle.ts'
import { absenceText, type FieldGroup, groupFields, remarkOf, shortTimes, sidesOf, verdictOf } from './driftRows.ts'

/** The report as one self-contained page: it can be mailed, printed, or opened from a disk. */
export function driftHtml(report: DriftReport, at: string, title: string): string {
  const { drifted, unchecked, findings, problems, skipped } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`${verdictOf(report)} ${title}`)}</title>
<style>${DRIFT_CSS}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="verdict ${toneOf(report)}">${escapeHtml(verdictOf(report))}</p>
${reportFacts(report, at)}
</header>
<main>
${section('Drift', drifted.length === 0 ? [] : [LEGEND, ...drifted.map((drift) => resource(drift, absenceText(report)))])}
${section(
  'Problems',
  problems.map((problem) => problemItem(undefined, problem)),
)}
${section(
  'Not checked',
  unchecked.map(({ address, why }) => problemItem(address, why)),
)}
${section(
  'Warnings',
  findings.map((finding) => problemItem(finding.address, finding)),
)}
${section(
  'Skipped with --skip',
  skipped.map((address) => `<p><code>${escapeHtml(address)}</code></p>`),
)}
</main>
</body>
</html>
`
}

/** What the classes mean, for a reader who does not know groundcrew. */
const LEGEND =
  '<p class="legend"><b>repaired</b>: will be repaired by the next apply. <b>reported</b>: groundcrew reports it and never changes it. <b>accepted</b>: an operator accepted it until a date.</p>'

function toneOf(report: DriftReport): 'bad' | 'warn' | 'good' {
  if (report.unchecked.length + report.problems.length > 0) return 'bad'
  return report.drifted.some(isDrift) ? 'warn' : 'good'
}

function reportFacts({ checked, drifted, unchecked, lastApply, comparedWith }: DriftReport, at: string): string {
  const rows = [
    ['Checked', shortTimes(at)],
    ...(lastApply ? [['Last applied', `${shortTimes(lastApply.at)} by ${lastApply.who}`]] : []),
    ['Compared with', comparedWith === 'state' ? 'what was last applied' : 'the file; secret values could not be compared'],
    ['Resources', `${checked} checked, ${drifted.filter(isDrift).length} drifted, ${unchecked.length} not checked`],
  ]
  return `<dl>${rows.map(([name = '', value = '']) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join('')}</dl>`
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `<section>\n<h2>${escapeHtml(title)}</h2>\n${parts.join('\n')}\n</section>`
}

function resource({ address, is, fields, keysUnknown, objects, since }: DriftedResource, absence: string): string {
  const age = since === undefined ? '' : ` <span class="age">since ${escapeHtml(shortTimes(since))}</span>`
  const gone = is === 'gone' ? ` <strong class="gone">${absence}</strong>` : ''
  const unknown = keysUnknown
    ? '<p>Other values may have changed: they cannot be compared, because the encryption key was replaced.</p>'
    : ''
  return `<article>\n<h3><code>${escapeHtml(address)}</code>${gone}${age}</h3>\n${groupFields(fields, objects).map(fieldGroup).join('\n')}${unknown}\n</article>`
}

/** The fields of an object below its name; an object that was added or deleted as a whole is one line. */
function fieldGroup({ object, wholeObject, fields }: FieldGroup): string {
  const [first] = fields
  if (object === undefined || first === undefined) return table(fields)
  if (wholeObject === undefined) return `<h4><code>${escapeHtml(object)}</code></h4>\n${table(fields)}`
  return `<p><code>${escapeHtml(object)}</code> <strong class="gone">${wholeObject}</strong> <span class="age">${escapeHtml(shortTimes(remarkOf(first)))}</span></p>`
}

function table(fields: readonly DriftedField[]): string {
  const head = ['Field', 'Applied', 'Live', 'Class', 'Changed by, reason'].map((name) => `<th scope="col">${name}</th>`).join('')
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${fields.map(row).join('\n')}\n</tbody>\n</table>`
}

function row(field: DriftedField): string {
  const { applied, found } = sidesOf(field)
  return `<tr><th scope="row"><code>${breakable(showPointer(field.pointer))}</code></th><td data-name="Applied"><code>${breakable(applied)}</code></td><td data-name="Live"><code>${breakable(found)}</code></td><td data-name="Class"><span class="class ${field.class}">${field.class}</span></td><td data-name="Changed by, reason">${escapeHtml(shortTimes(remarkOf(field)))}</td></tr>`
}

function problemItem(address: string | undefined, { summary, remedy }: Problem): string {
  const name = address === undefined ? '' : `<code>${escapeHtml(address)}</code> `
  return `<p>${name}${escapeHtml(summary)} <span class="remedy">${escapeHtml(remedy)}</span></p>`
}

/** Long names break at the separators of their parts. */
function breakable(raw: string): string {
  return escapeHtml(raw).replaceAll(/[./\]](?=\w)/g, '$&<wbr>')
}

function escapeHtml(raw: string): string {
  const entities: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return raw.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

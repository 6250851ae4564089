import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import type { Problem } from '../../values/problem.ts'
import { fieldName } from '../format/groupByObject.ts'
import { DRIFT_CSS } from './driftHtmlStyle.ts'
import { absenceText, readable, remarkOf, sidesOf, type Together, together, verdictOf } from './driftRows.ts'

/** The report as one page that needs nothing else: to be mailed, printed, or opened from a disk. */
export function driftHtml(report: DriftReport, at: string, title: string): string {
  const { drifted, unchecked, findings, problems, skipped } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${text(`${verdictOf(report)} ${title}`)}</title>
<style>${DRIFT_CSS}</style>
</head>
<body>
<header>
<h1>${text(title)}</h1>
<p class="verdict ${toneOf(report)}">${text(verdictOf(report))}</p>
${facts(report, at)}
</header>
<main>
${section('Drift', drifted.length === 0 ? [] : [LEGEND, ...drifted.map((each) => resource(each, absenceText(report)))])}
${section(
  'Problems',
  problems.map((one) => item(undefined, one)),
)}
${section(
  'Not checked',
  unchecked.map(({ address, why }) => item(address, why)),
)}
${section(
  'Warnings',
  findings.map((one) => item(one.address, one)),
)}
${section(
  'Skipped with --skip',
  skipped.map((address) => `<p><code>${text(address)}</code></p>`),
)}
</main>
</body>
</html>
`
}

/** What the classes mean, for a reader who never saw such a page. */
const LEGEND =
  '<p class="legend"><b>repaired</b>: will be repaired by the next apply. <b>reported</b>: groundcrew reports it and never changes it. <b>accepted</b>: an operator accepted it until a date.</p>'

function toneOf(report: DriftReport): 'bad' | 'warn' | 'good' {
  if (report.unchecked.length + report.problems.length > 0) return 'bad'
  return report.drifted.some(isDrift) ? 'warn' : 'good'
}

function facts({ checked, drifted, unchecked, lastApply, comparedWith }: DriftReport, at: string): string {
  const rows = [
    ['Checked', readable(at)],
    ...(lastApply ? [['Last applied', `${readable(lastApply.at)} by ${lastApply.who}`]] : []),
    ['Compared with', comparedWith === 'state' ? 'what was last applied' : 'the file; secret values could not be compared'],
    ['Resources', `${checked} checked, ${drifted.filter(isDrift).length} drifted, ${unchecked.length} not checked`],
  ]
  return `<dl>${rows.map(([name = '', value = '']) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>`
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `<section>\n<h2>${text(title)}</h2>\n${parts.join('\n')}\n</section>`
}

function resource({ address, is, fields, keysUnknown, since }: DriftedResource, absence: string): string {
  const age = since === undefined ? '' : ` <span class="age">since ${text(readable(since))}</span>`
  const gone = is === 'gone' ? ` <strong class="gone">${absence}</strong>` : ''
  const unknown = keysUnknown
    ? '<p>Other values may have changed: they cannot be compared, because the encryption key was replaced.</p>'
    : ''
  return `<article>\n<h3><code>${text(address)}</code>${gone}${age}</h3>\n${together(fields).map(part).join('\n')}${unknown}\n</article>`
}

/** The fields of an object stand under its name; what came or went as a whole is one line. */
function part({ object, whole, fields }: Together): string {
  const [first] = fields
  if (object === undefined || first === undefined) return table(fields)
  if (whole === undefined) return `<h4><code>${text(object)}</code></h4>\n${table(fields)}`
  return `<p><code>${text(object)}</code> <strong class="gone">${whole}</strong> <span class="age">${text(readable(remarkOf(first)))}</span></p>`
}

function table(fields: readonly DriftedField[]): string {
  const head = ['Field', 'Applied', 'Live', 'Class', 'Changed by, reason'].map((name) => `<th scope="col">${name}</th>`).join('')
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${fields.map(row).join('\n')}\n</tbody>\n</table>`
}

function row(field: DriftedField): string {
  const { applied, found } = sidesOf(field)
  return `<tr><th scope="row"><code>${broken(fieldName(field.pointer))}</code></th><td data-name="Applied"><code>${broken(applied)}</code></td><td data-name="Live"><code>${broken(found)}</code></td><td data-name="Class"><span class="class ${field.class}">${field.class}</span></td><td data-name="Changed by, reason">${text(readable(remarkOf(field)))}</td></tr>`
}

function item(address: string | undefined, { summary, remedy }: Problem): string {
  const name = address === undefined ? '' : `<code>${text(address)}</code> `
  return `<p>${name}${text(summary)} <span class="remedy">${text(remedy)}</span></p>`
}

/** A long name breaks where its parts meet, and nowhere else as long as that is enough. */
function broken(raw: string): string {
  return text(raw).replaceAll(/[./\]](?=\w)/g, '$&<wbr>')
}

function text(raw: string): string {
  const named: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return raw.replaceAll(/[&<>"']/g, (character) => named[character] ?? character)
}

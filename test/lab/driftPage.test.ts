import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { driftHtml } from '../../src/report/drift/driftHtml.ts'
import { EVERYTHING } from '../support/driftSample.ts'

const PROGRAM = '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync']

const page = suite<{ browser: Browser }>('the page of drift')
const html = driftHtml(EVERYTHING, '2026-11-24T07:00:03.000Z', 'Spacelift at spacelift.example.com')

page.before(async (it) => {
  it.browser = await chromium.launch({ executablePath: PROGRAM, args: [...FLAGS, ...QUIET] })
})
page.after((it) => it.browser.close())

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1280])
    page(`${colorScheme}, ${width} pixels wide: nothing sticks out, nothing is loaded, axe finds no serious fault`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
      const shown = await context.newPage()
      const asked: string[] = []
      shown.on('request', (request) => asked.push(request.url()))
      await shown.setContent(html)
      assert.equal(asked, [])
      assert.is(await shown.evaluate('document.documentElement.scrollWidth'), width)
      assert.equal(await faults(shown), [])
      const folder = process.env.GROUNDCREW_SCREENSHOTS
      if (folder !== undefined) await shown.screenshot({ path: join(folder, `drift-${colorScheme}-${width}.png`), fullPage: true })
      await context.close()
    })

page('what was found runs as no script', async ({ browser }) => {
  const shown = await browser.newPage()
  await shown.setContent(html)
  assert.is(await shown.locator('script').count(), 0)
  assert.match(await shown.locator('main').innerText(), /<script>alert\(1\)<\/script>/)
  await shown.close()
})

page('it prints, on A4', async ({ browser }) => {
  const folder = await mkdtemp(join(tmpdir(), 'drift-page-'))
  const shown = await browser.newPage()
  await shown.setContent(html)
  const path = join(process.env.GROUNDCREW_SCREENSHOTS ?? folder, 'drift.pdf')
  await shown.pdf({ path, format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '12mm', right: '12mm' } })
  assert.is((await readFile(path)).subarray(0, 5).toString(), '%PDF-')
  await shown.close()
  await rm(folder, { recursive: true })
})

async function faults(shown: Page): Promise<string[]> {
  await shown.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') })
  const { violations } = (await shown.evaluate('axe.run()')) as { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`)
}

const isThere = await access(PROGRAM).then(
  () => true,
  () => false,
)
if (isThere) page.run()
else console.error(`SKIPPED: the page of drift was not looked at, ${PROGRAM} is not on this machine (npm run lab -- install)`)

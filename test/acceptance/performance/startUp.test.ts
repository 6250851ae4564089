import { readFile } from 'node:fs/promises'
import { emptyHome } from '../../../scripts/bench/home.ts'
import { loadedFiles } from '../../../scripts/bench/loaded.ts'
import { bundled, commandLine, makeBundle } from '../../../scripts/bench/programs.ts'
import { rowLines } from '../../../scripts/bench/report.ts'
import { startUpRows } from '../../../scripts/bench/startUp.ts'
import { acceptance, nothingShared } from '../support/acceptance.ts'
import { atMost, ROUNDS } from './limits.ts'

const test = acceptance('the cost of --help', async () => {
  await makeBundle()
  return nothingShared()
})
/** Median wall time. */
const MAX_HELP_SECONDS = 0.08

test('--help of the bundle loads no SDK, no parser and no schema', async () => {
  await using home = await emptyHome()
  const files = await loadedFiles(commandLine(bundled, '--help'), home.env)
  const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n')
  const loaded = ['AWS4-HMAC-SHA256', 'KubeConfig', 'XMLParser', 'ZodType', 'parseDocument'].filter((word) => text.includes(word))
  if (loaded.length > 0 || !text.includes('CommanderError')) throw new Error(`${loaded.join(' ')} in ${files.join('\n')}`)
  return `${files.length} files`
})

test(`--help is measured beside a bare Node process: at most ${MAX_HELP_SECONDS} s`, async () => {
  const rows = await startUpRows(ROUNDS)
  for (const text of rowLines(rows)) test.note(text)
  return atMost(rows[0]?.wall, MAX_HELP_SECONDS)
})

test.run()

import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Host } from '../../../src/session/host.ts'
import type { CheckedPlan } from '../../../src/session/planWithConsents.ts'
import { assertPlanCurrent, loadPlan, savePlan, verifySeal } from '../../../src/session/savedPlanFile.ts'
import type { Session } from '../../../src/session/session.ts'
import { emptyState } from '../../../src/state/state.ts'
import { Fingerprinter } from '../../../src/values/fingerprint.ts'
import { ProblemError } from '../../../src/values/problem.ts'
import { Sealed } from '../../../src/values/sealed.ts'

const PASSWORD = 'Canary-password-5Kd93mQx'
const state = { ...emptyState('lineage'), serial: 3 }
const checked = {
  planned: { plan: { changes: [], findings: [], problems: [], uncheckedCount: 0 }, observed: new Map(), steps: new Map() },
  world: { cluster: 'c', objectStore: 'o', objectStoreEndpoint: 'e', registries: ['r'] },
  problems: [],
} as unknown as CheckedPlan

test('a saved plan is read back unchanged, is still current, and is readable by its owner only', async () => {
  const { host, file, session } = await saved()
  const plan = await loadPlan(host, file)
  verifySeal(plan, session)
  assertPlanCurrent(plan, session, state, checked)
  assert.is((await stat(file)).mode & 0o777, 0o600)
  assert.not.match(await readFile(file, 'utf8'), PASSWORD)
  await rm(host.cwd, { recursive: true })
})

test('a plan with any of its lines changed or removed is refused', async () => {
  const { host, file, session } = await saved()
  const lines = (await readFile(file, 'utf8')).split('\n')
  for (const i of lines.keys())
    for (const line of [[], [`${lines[i]?.replace(/[a-z0-9](?=\W*$)/, 'x')}`]]) {
      const text = lines.toSpliced(i, 1, ...line).join('\n')
      if (same(text, lines.join('\n'))) continue
      await writeFile(file, text)
      assert.ok(['plan/edited', 'plan/no-plan', 'plan/other-format', 'plan/stale'].includes(await refusal(host, file, session)))
    }
  await rm(host.cwd, { recursive: true })
})

test('a plan of another installation, or with a consent that was added later, is refused', async () => {
  const { host, file, session } = await saved()
  assert.is(await refusal(host, file, sessionWith(newKey())), 'plan/stale')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"replaceEncryptionKey": false', '"replaceEncryptionKey": true'))
  assert.is(await refusal(host, file, session), 'plan/edited')
  await rm(host.cwd, { recursive: true })
})

async function saved() {
  const cwd = await mkdtemp(join(tmpdir(), 'groundcrew-plan-'))
  const host = { cwd, randomness: { uuid: () => 'an-id' } } as unknown as Host
  const session = sessionWith(newKey())
  await savePlan(host, 'it.plan', session, state, checked, { replaceEncryptionKey: false })
  return { host, file: join(cwd, 'it.plan'), session }
}

function sessionWith(fingerprint: Fingerprinter): Session {
  const chart = { name: 'spacelift', version: '3.0.0', digest: 'd', source: { path: '/chart' } }
  const resolved = { secrets: new Map([['/admin/password', Sealed.of(PASSWORD)]]), chart }
  return { resolved, fileText: 'version: v3.0.0', readContext: { fingerprint } } as unknown as Session
}

function newKey(): Fingerprinter {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return Fingerprinter.fromPrivateKey(Sealed.of(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()))
}

async function refusal(host: Host, file: string, session: Session): Promise<string> {
  try {
    verifySeal(await loadPlan(host, file), session)
    return 'none'
  } catch (error) {
    return error instanceof ProblemError ? (error.problems[0]?.code ?? '') : String(error)
  }
}

function same(a: string, b: string): boolean {
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b))
  } catch {
    return false
  }
}

test.run()

import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Host } from '../../../src/session/host.ts'
import { openSession } from '../../../src/session/session.ts'
import { type Problem, ProblemError } from '../../../src/values/problem.ts'
import { systemClock, systemRandomness } from '../../../src/world/clock.ts'
import { systemProcesses } from '../../../src/world/processes.ts'
import { machine } from '../installation/machine.ts'

const KUBECONFIG = JSON.stringify({
  'current-context': 'here',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
})

test('the problems of this machine are reported before a chart is requested', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-session-'))
  await copyFile(new URL('../installation/valid/minimal.yaml', import.meta.url), join(folder, 'desired-state.yaml'))
  await mkdir(join(folder, '.kube'))
  await writeFile(join(folder, '.kube/config'), KUBECONFIG)
  // Its chart comes from a repository and has no version: the cluster is asked which is in use.
  assert.equal(await codesOf(folder, machine().env), ['cluster/refused-connection'])
  assert.equal(await codesOf(folder, { ...machine().env, ADMIN_PASSWORD: undefined }), ['reference/variable-missing'])
  await rm(folder, { recursive: true })
})

test('a missing archive, chart, certificate and kubeconfig are all reported at once, with their positions in the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-session-'))
  const minimal = await readFile(new URL('../installation/valid/minimal.yaml', import.meta.url), 'utf8')
  const more =
    'release: { chart: { path: ./no-chart } }\nkubernetes: { context: nowhere }\nregistries: { registry.example.com: { caFile: ./desired-state.yaml } }\n'
  const text = minimal
    .replace('images:\n', 'images:\n  archive: ./no.tar.gz\n')
    .replace('objectStorage:\n', 'objectStorage:\n  caFile: ./no.pem\n')
  await writeFile(join(folder, 'desired-state.yaml'), text + more)
  const problems = await problemsOf(folder, { ...machine().env, LICENSE_TOKEN: undefined })
  assert.equal(
    problems.map(({ code, at }) => `${code} ${at?.line ?? ''}`),
    [
      'reference/variable-missing 16',
      'archive/not-found 4',
      'cluster/no-kubeconfig ',
      'file/unreadable 8',
      'file/no-certificates 20',
      'chart/missing 18',
    ],
  )
  await rm(folder, { recursive: true })
})

async function codesOf(cwd: string, env: Host['env']): Promise<string[]> {
  return (await problemsOf(cwd, env)).map(({ code }) => code)
}

async function problemsOf(cwd: string, env: Host['env']): Promise<readonly Problem[]> {
  const nowhere = { write: () => undefined }
  const host: Host = {
    env,
    cwd,
    home: cwd,
    stdout: nowhere,
    stderr: nowhere,
    ask: undefined,
    clock: systemClock,
    randomness: systemRandomness,
    processes: systemProcesses,
    openJournal: () => Promise.reject(new Error('a session opens no journal')),
    signal: new AbortController().signal,
  }
  const opened = await openSession(host, { file: 'desired-state.yaml' }).catch((error: unknown) => error)
  return opened instanceof ProblemError ? opened.problems : []
}

test.run()

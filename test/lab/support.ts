import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import type { Lab } from '../../scripts/lab/index.ts'
import { binary, installDir, stagesDir } from '../../scripts/lab/paths.ts'
import { type Binary, binaries } from '../../scripts/lab/versions.ts'

const chart = fileURLToPath(new URL('chart', import.meta.url))
const cacheBefore = process.env.GROUNDCREW_LAB_CACHE

/** From now on the lab finds the real binaries, but a script in place of one of them. */
export async function brokenInstall(name: Binary, script: string): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'lab-cache-'))
  const target = join(cache, basename(installDir()))
  await mkdir(join(target, 'bin'), { recursive: true })
  await symlink(stagesDir(), join(target, basename(stagesDir())))
  for (const each of binaries) if (each !== name) await symlink(binary(each), join(target, 'bin', each))
  await writeFile(join(target, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  process.env.GROUNDCREW_LAB_CACHE = cache
  return cache
}

/** Undoes `brokenInstall`. */
export async function restoreInstall(broken: string): Promise<void> {
  if (cacheBefore === undefined) delete process.env.GROUNDCREW_LAB_CACHE
  else process.env.GROUNDCREW_LAB_CACHE = cacheBefore
  await rm(broken, { recursive: true })
}

/** Installs or upgrades the stand-in chart with one changing pod annotation, and waits. */
export async function helm(on: Lab, annotation: string): Promise<void> {
  const values = {
    shared: {
      image: `${on.env.REGISTRY}/spacelift/backend:v3.0.0`,
      serverHostname: 'spacelift.example.com',
      secretRef: 'spacelift-shared',
    },
    server: { secretRef: 'spacelift-server', podAnnotations: { test: annotation } },
    drain: { secretRef: 'spacelift-drain' },
  }
  const path = join(on.dir, 'test-values.json')
  await writeFile(path, JSON.stringify(values))
  await inLab(on, `helm upgrade --install spacelift ${chart} -n spacelift --create-namespace --wait --timeout 60s --values ${path}`)
}

/** Whether each pod of the release is Ready; pods that are going do not count. */
export async function ready(on: Lab): Promise<boolean[]> {
  const answer = JSON.parse(await inLab(on, 'kubectl -n spacelift get pods -o json')) as PodList
  const live = answer.items.filter(({ metadata }) => !metadata.deletionTimestamp)
  return live.map(({ status }) => (status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'))
}

type PodList = { items: { metadata: { deletionTimestamp?: string }; status: { conditions?: { type: string; status: string }[] } }[] }

/** Runs a bash script with what `lab env` gives. */
export async function inLab(on: Lab, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env: { ...process.env, ...on.env } })
  return stdout
}

/** The processes of a lab's servers. */
export async function serverPids(of: Lab): Promise<number[]> {
  return ((await of.status()) ?? []).flatMap(({ pid }) => pid ?? [])
}

/** Fails when one of a lab's seven servers still runs after five seconds. */
export async function allGone(pids: number[]): Promise<void> {
  assert.is(pids.length, 7)
  for (let tries = 0; tries < 100 && pids.some(runs); tries++) await sleep(50)
  assert.equal(pids.filter(runs), [])
}

/** Whether a process is there, a zombie included. */
export const runs = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** The descriptions of labs that belong to one of these processes. */
export async function labsOwnedBy(lab: Lab, owners: (number | undefined)[]): Promise<string[]> {
  const running = join(lab.dir, '..')
  const files = (await readdir(running)).map((name) => join(running, name, 'lab.json')).filter((path) => existsSync(path))
  const all = await Promise.all(files.map((path) => readFile(path, 'utf8').catch(() => '{}')))
  return all.filter((text) => owners.includes((JSON.parse(text) as { owner?: { pid: number } }).owner?.pid))
}

/** Reads so many lines of a stream. */
export async function firstLines(stream: NodeJS.ReadableStream, count: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) if (lines.push(line) === count) break
  return lines
}

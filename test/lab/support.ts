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

/** Makes the lab use the real binaries, except for one that is replaced by a script. */
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

/** Installs or upgrades the stand-in chart with a given pod annotation, and waits. */
export async function helm(lab: Lab, annotation: string): Promise<void> {
  const values = {
    shared: {
      image: `${lab.env.REGISTRY}/spacelift/backend:v3.0.0`,
      serverHostname: 'spacelift.example.com',
      secretRef: 'spacelift-shared',
    },
    server: { secretRef: 'spacelift-server', podAnnotations: { test: annotation } },
    drain: { secretRef: 'spacelift-drain' },
  }
  const path = join(lab.dir, 'test-values.json')
  await writeFile(path, JSON.stringify(values))
  await inLab(lab, `helm upgrade --install spacelift ${chart} -n spacelift --create-namespace --wait --timeout 60s --values ${path}`)
}

/** Whether each pod of the release is Ready, without pods that are being deleted. */
export async function podReadiness(lab: Lab): Promise<boolean[]> {
  const podList = JSON.parse(await inLab(lab, 'kubectl -n spacelift get pods -o json')) as PodList
  const live = podList.items.filter(({ metadata }) => !metadata.deletionTimestamp)
  return live.map(({ status }) => (status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'))
}

type PodList = { items: { metadata: { deletionTimestamp?: string }; status: { conditions?: { type: string; status: string }[] } }[] }

/** Runs a bash script with the environment of `lab env`. */
export async function inLab(lab: Lab, script: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { env: { ...process.env, ...lab.env } })
  return stdout
}

/** The processes of a lab's servers. */
export async function serverPids(of: Lab): Promise<number[]> {
  return ((await of.status()) ?? []).flatMap(({ pid }) => pid ?? [])
}

/** Fails if one of a lab's seven servers is still running after five seconds. */
export async function assertAllEnded(pids: number[]): Promise<void> {
  assert.is(pids.length, 7)
  for (let tries = 0; tries < 100 && pids.some(processExists); tries++) await sleep(50)
  assert.equal(pids.filter(processExists), [])
}

/** True if a process exists, including zombies. */
export const processExists = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** The descriptions of labs that belong to one of these processes. */
export async function labsOwnedBy(lab: Lab, owners: (number | undefined)[]): Promise<string[]> {
  const running = join(lab.dir, '..')
  const files = (await readdir(running)).map((name) => join(running, name, 'lab.json')).filter((path) => existsSync(path))
  const descriptions = await Promise.all(files.map((path) => readFile(path, 'utf8').catch(() => '{}')))
  return descriptions.filter((text) => owners.includes((JSON.parse(text) as { owner?: { pid: number } }).owner?.pid))
}

/** Reads the first lines of a stream. */
export async function firstLines(stream: NodeJS.ReadableStream, count: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: stream })) if (lines.push(line) === count) break
  return lines
}

import { readFileSync } from 'node:fs'
import { liveObject } from '../../../../../src/world/kubernetes/liveObjects.ts'
import type { LiveObject, ReleaseRecord } from '../../../../../src/world/ports/cluster.ts'

const read = (name: string) => readFileSync(new URL(`./captured/${name}`, import.meta.url), 'utf8')

/** What an API server gave for a release that Helm 4 installed; three things were then done to it with kubectl (see the tests). */
export const live: readonly LiveObject[] = (JSON.parse(read('live.json')) as { apiVersion: string; kind: string }[]).map((raw) =>
  liveObject(raw, raw),
)

/** Its manifest, as Helm's record has it. */
export const manifest = read('manifest.yaml')

export const record: ReleaseRecord = {
  name: 'spacelift',
  namespace: 'spacelift',
  revision: 1,
  status: 'deployed',
  description: '',
  lastDeployed: '2026-06-01T12:00:00Z',
  startedAt: '2026-06-01T12:00:00Z',
  readAt: '2026-06-01T12:05:00Z',
  chart: { name: 'spacelift-self-hosted', version: '0.3.0', appVersion: '' },
  config: {},
  manifest,
  hooks: [],
  crds: [],
  applyMethod: 'ssa',
  secretName: 's',
  resourceVersion: '7',
}

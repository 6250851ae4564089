import { manifestValues } from '../../../../src/kinds/release/objects/facts/secretFacts.ts'
import { isMap } from '../../../../src/values/json.ts'
import { type Problem, ProblemError } from '../../../../src/values/problem.ts'
import { absent } from '../../../../src/values/readResult.ts'
import { mapAt, textAt, type Unstructured } from '../../../../src/values/unstructured.ts'
import type { Clock } from '../../../../src/world/ports/clock.ts'
import type { RawObject, ReleaseRecord } from '../../../../src/world/ports/cluster.ts'
import type { HelmReads, HelmTarget, HelmValues, HelmWrites, UpgradeOptions } from '../../../../src/world/ports/helm.ts'
import type { ProcessIdentity } from '../../../../src/world/ports/process.ts'
import { type FakeCluster, NAMESPACE } from './fakeCluster.ts'

/** Helm against a {@link FakeCluster}: it renders one small chart, applies the objects and writes the record. */
export class FakeHelm implements HelmReads, HelmWrites {
  readonly upgrades: UpgradeOptions[] = []
  /** How long an upgrade takes on the clock, and the problem that it ends with. */
  takesMs = 0
  fails: Problem | undefined
  /** Changes the chart's objects. */
  chart: (objects: RawObject[], values: HelmValues) => RawObject[] = (objects) => objects
  readonly #cluster: FakeCluster
  readonly #clock: Clock

  constructor(cluster: FakeCluster, clock: Clock) {
    this.#cluster = cluster
    this.#clock = clock
  }

  readonly render = async ({ values }: Pick<HelmTarget, 'values'>): Promise<string> => manifestOf(this.#objectsFor(values))

  readonly upgrade = async (options: UpgradeOptions): Promise<void> => {
    this.#cluster.log.push('helm upgrade')
    this.upgrades.push(options)
    await options.registerChild({ pid: 7 } as ProcessIdentity)
    for (const raw of this.#objectsFor(options.values)) this.#apply(raw)
    if (this.takesMs > 0) await this.#clock.sleep(this.takesMs, options.signal)
    this.#record(options, this.fails === undefined ? 'deployed' : 'failed')
    if (this.fails !== undefined) throw new ProblemError(this.fails)
  }

  readonly uninstall: HelmWrites['uninstall'] = async ({ registerChild }) => {
    this.#cluster.log.push('helm uninstall')
    await registerChild({ pid: 8 } as ProcessIdentity)
    this.#cluster.record = absent('an empty list')
  }

  /** A release that is deployed with these values, without a trace in the logs. */
  async deploy(target: HelmTarget): Promise<void> {
    await this.upgrade({ ...target, timeoutSeconds: 1, forceConflicts: false, registerChild: async () => undefined, signal: NEVER })
    this.upgrades.length = 0
    this.#cluster.log.length = 0
  }

  #objectsFor(values: HelmValues): RawObject[] {
    return this.chart(chartObjects(values), values)
  }

  /** Sets what the manifest declares and keeps what it does not. */
  #apply(raw: RawObject): void {
    const [kind, name] = [String(raw.kind), textAt(raw, 'metadata', 'name')]
    const marked = merged(raw, {
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'spacelift', 'meta.helm.sh/release-namespace': NAMESPACE },
      },
    })
    if (kind === 'Secret') this.#cluster.putSecret(name, manifestValues(raw))
    else this.#cluster.put(this.#cluster.has(kind, name) ? merged(this.#cluster.live(kind, name), marked) : marked)
  }

  #record({ values, chart }: UpgradeOptions, status: string): void {
    const { record } = this.#cluster
    const revision = record.is === 'present' ? record.value.revision + 1 : 1
    const manifest = manifestOf(this.#objectsFor(values))
    this.#cluster.setRecord({ ...RECORD, revision, status, config: values, manifest, chart: { ...chart, appVersion: '' } })
  }
}

const NEVER = new AbortController().signal

const RECORD: ReleaseRecord = {
  name: 'spacelift',
  namespace: NAMESPACE,
  revision: 1,
  status: 'deployed',
  description: '',
  lastDeployed: '2026-11-24T00:00:00Z',
  startedAt: '2026-11-24T00:00:00Z',
  readAt: '2026-11-24T00:00:00Z',
  chart: { name: '', version: '', appVersion: '' },
  config: {},
  manifest: '',
  hooks: [],
  crds: [],
  applyMethod: 'ssa',
  secretName: 's',
  resourceVersion: '1',
}

/** A Deployment, a Service and a ConfigMap. */
function chartObjects(values: HelmValues): RawObject[] {
  const image = textAt(values, 'shared', 'image')
  const containers = [{ name: 'server', image, ports: [{ containerPort: 1983, protocol: 'TCP' }] }]
  const template = { metadata: { labels: { app: 'server' } }, spec: { containers } }
  const replicas = mapAt(values, 'server').replicas ?? 2
  return [
    { ...named('apps/v1', 'Deployment', 'spacelift-server'), spec: { replicas, selector: { matchLabels: { app: 'server' } }, template } },
    { ...named('v1', 'Service', 'spacelift-server'), spec: { selector: { app: 'server' }, ports: [{ port: 80, protocol: 'TCP' }] } },
    { ...named('v1', 'ConfigMap', 'settings'), data: { level: values.level ?? 'info' } },
  ]
}

export function named(apiVersion: string, kind: string, name: string): { apiVersion: string; kind: string; metadata: { name: string } } {
  return { apiVersion, kind, metadata: { name } }
}

function manifestOf(objects: readonly RawObject[]): string {
  return objects.map((raw) => `---\n${JSON.stringify(raw)}\n`).join('')
}

function merged(live: Unstructured, declared: Unstructured): Unstructured {
  const entries = Object.entries(declared).map(([key, value]) => {
    const current = live[key]
    return [key, isMap(current) && isMap(value) ? merged(current, value) : value] as const
  })
  return { ...live, ...Object.fromEntries(entries) }
}

import type { Chart, Installation } from '../../../../src/installation/installation.ts'
import type { ApplyContext, Declared, Progress, ReadContext, Upstream } from '../../../../src/kinds/kind.ts'
import type { Material, ReleaseChange } from '../../../../src/kinds/release/facts.ts'
import { chartValues } from '../../../../src/kinds/release/values.ts'
import { release } from '../../../../src/kinds/release.ts'
import { decide } from '../../../../src/plan/decide.ts'
import { Fingerprinter } from '../../../../src/values/fingerprint.ts'
import type { FactMap } from '../../../../src/values/json.ts'
import { type Problem, ProblemError } from '../../../../src/values/problem.ts'
import type { HelmValues } from '../../../../src/world/ports/helm.ts'
import { FakeClock } from '../../../support/fakeClock.ts'
import { FakeCluster, NAMESPACE } from './fakeCluster.ts'
import { FakeHelm } from './fakeHelm.ts'

export const TIMEOUT_SECONDS = 120
const CHART = { name: 'spacelift-self-hosted', version: '3.0.0', digest: 'sha256:1', isFolder: false } as unknown as Chart
const NO_UPSTREAM: Upstream = { exposedTo: () => ({ config: '' }), changes: () => false, outdatedReaders: () => new Map() }

/** An installation on a fake cluster, and one apply of its release. */
export class FakeRelease {
  readonly clock = new FakeClock()
  readonly cluster = new FakeCluster()
  readonly helm = new FakeHelm(this.cluster, this.clock)
  readonly progress: Progress[] = []
  readonly abort = new AbortController()
  readonly children: number[] = []
  previousHelmExited = false
  /** How many more times the lock is still held. */
  lockChecksLeft = Number.POSITIVE_INFINITY
  readonly #fingerprint = Fingerprinter.incomparable('seed')

  /** A release that is deployed as the file declares it. */
  static async deployed(values: HelmValues = {}, chart: FakeHelm['chart'] = (objects) => objects): Promise<FakeRelease> {
    const fake = new FakeRelease()
    fake.helm.chart = chart
    const { installation } = declare(values).material
    await fake.helm.deploy({ release: 'spacelift', namespace: NAMESPACE, chart: CHART, values: chartValues(installation) })
    return fake
  }

  /** What a plan changes. `last`: the facts that the state remembers; by default those as declared now. */
  async plan(values: HelmValues = {}, last?: FactMap): Promise<ReleaseChange> {
    const declared = declare(values)
    const observed = await release.observe(this.readContext(), declared)
    if (observed.is === 'unknown') throw new ProblemError(observed.why)
    const { facts, basis } = await release.desire(this.readContext(), declared, observed, NO_UPSTREAM)
    const { origins, address } = declared
    const { action, edits } = decide({ desired: facts, observed, last: last ?? facts, origins, replaceOnly: [] })
    return { address, action: action as ReleaseChange['action'], edits, declared, desired: facts, basis, observed }
  }

  converge(change: ReleaseChange) {
    return release.converge(this.context(), change)
  }

  readContext(): ReadContext {
    const { cluster, helm, clock, previousHelmExited } = this
    const view = { cluster: { ...cluster, log: cluster.readLog }, helm }
    return {
      view,
      fingerprint: this.#fingerprint,
      signal: this.abort.signal,
      now: clock.now(),
      previousHelmExited,
    } as unknown as ReadContext
  }

  context(): ApplyContext {
    const { view, ...shared } = this.readContext()
    return {
      ...shared,
      world: view,
      clock: this.clock,
      emit: (progress: Progress) => void this.progress.push(progress),
      assertLockHeld: async () => {
        this.cluster.log.push('assertLockHeld')
        if (this.lockChecksLeft-- <= 0) throw new ProblemError({ code: 'lock/lost', summary: 'The lock is lost.', remedy: 'none' })
      },
      registerChild: async ({ pid }: { pid: number }) => void this.children.push(pid),
    } as unknown as ApplyContext
  }

  get messages(): readonly string[] {
    return this.progress.map(({ message, done, total }) => (total === undefined ? message : `${message} ${done}/${total}`))
  }
}

export function declare(values: HelmValues): Declared<Material> {
  const installation = {
    kubernetes: { namespace: NAMESPACE },
    release: { name: 'spacelift', values, timeoutSeconds: TIMEOUT_SECONDS },
    images: { backend: { host: 'registry.example.com', path: 'backend' } },
    objectStorage: { buckets: [] },
    version: '3.0.0',
    serverDomain: 'spacelift.example.com',
    positions: new Map(),
  } as unknown as Installation
  const [declared] = release.declare({ installation, chart: CHART, secrets: new Map() }) as [Declared<Material>]
  return declared
}

/** How a call ended: its value, or its problem. */
export type Ending<T> = { value?: T; problem?: Problem; error?: unknown; readonly isOver: boolean }

/** Follows a call that waits on the clock: check `isOver` while the clock advances. */
export function follow<T>(call: Promise<T>): Ending<T> {
  const ending: { -readonly [K in keyof Ending<T>]: Ending<T>[K] } = { isOver: false }
  call.then(
    (value) => Object.assign(ending, { isOver: true, value }),
    (error) => Object.assign(ending, { isOver: true, error, ...(error instanceof ProblemError && { problem: error.problems[0] }) }),
  )
  return ending
}

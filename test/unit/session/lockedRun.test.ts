import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../../src/installation/parse.ts'
import { openReferences } from '../../../src/installation/secrets/references.ts'
import type { SavedPlan } from '../../../src/plan/savedPlan.ts'
import type { Planned } from '../../../src/reconcile/makePlan.ts'
import type { Host } from '../../../src/session/host.ts'
import { type LockedRun, lockedRun } from '../../../src/session/lockedRun.ts'
import type { CheckedPlan } from '../../../src/session/planWithConsents.ts'
import { savePlan } from '../../../src/session/savedPlanFile.ts'
import type { Session } from '../../../src/session/session.ts'
import { FileStore } from '../../../src/state/fileStore.ts'
import { historyFiles, readHistory } from '../../../src/state/history.ts'
import { openJournal } from '../../../src/state/journal.ts'
import { emptyState } from '../../../src/state/state.ts'
import { Fingerprinter } from '../../../src/values/fingerprint.ts'
import { ProblemError } from '../../../src/values/problem.ts'
import { absent, present, type ReadResult } from '../../../src/values/readResult.ts'
import { Sealed } from '../../../src/values/sealed.ts'
import type { Lease, Leases, LiveLease } from '../../../src/world/ports/leases.ts'
import type { ProcessIdentity } from '../../../src/world/ports/process.ts'
import { FakeClock } from '../../support/fakeClock.ts'
import { machine, minimalText, rsaPem } from '../installation/machine.ts'

const NOTHING: Planned = {
  plan: { changes: [], findings: [], problems: [], uncheckedCount: 0 },
  steps: new Map(),
  observed: new Map(),
  bookkeepers: new Map(),
}

test('an approved run is carried out under the lock, which is released then', async () => {
  const { host, session, log } = await installation()
  const applied = await lockedRun(host, session, { ...run(), report: () => log.push('report') })
  assert.equal([applied?.done, applied?.failed], [[], []])
  assert.equal(log, ['read identity', 'lock', 'read identity', 'report', 'release'])
  const [file = ''] = await historyFiles(session.store.folder)
  const [begin, end] = await readHistory(session.store.folder, file)
  assert.equal([begin?.type === 'begin' && begin.who, end?.type === 'end' && end.result], ['ada@here', 'complete'])
})

test('a run of the daemon is marked as such in the history', async () => {
  const { host, session } = await installation()
  await lockedRun(host, session, { ...run(), command: 'watch' })
  const [file = ''] = await historyFiles(session.store.folder)
  const [begin] = await readHistory(session.store.folder, file)
  assert.is(begin?.type === 'begin' && begin.who, 'ada@here (watch)')
})

test('a run that is not approved changes nothing, leaves no history and releases the lock', async () => {
  const { host, session, log } = await installation()
  assert.is(await lockedRun(host, session, run({ approve: async () => undefined })), undefined)
  assert.equal([await historyFiles(session.store.folder), log.at(-1)], [[], 'release'])
})

test('the lock is released when the approval fails', async () => {
  const { host, session, log } = await installation()
  const approve = () => Promise.reject(new Error('no terminal'))
  await lockedRun(host, session, run({ approve })).catch(() => undefined)
  assert.is(log.at(-1), 'release')
})

test('in another cluster no lock is taken, unless the new world is accepted', async () => {
  const { host, session, log } = await installation()
  const world = { cluster: 'another', objectStore: 'o', objectStoreEndpoint: 'e', registries: [] }
  await session.store.save({ ...emptyState('lineage'), world })
  assert.is(await codeOf(lockedRun(host, session, run())), 'world/other')
  assert.equal(log, ['read identity'])
  const { scope } = run()
  assert.is(await codeOf(lockedRun(host, session, run({ scope: { ...scope, acceptNewWorld: true } }))), 'none')
})

test('helm processes that an unfinished apply left behind are ended before anything is planned', async () => {
  const { host, session, log } = await installation()
  const journal = await openJournal(session.store.folder, '20261101T000000000Z-killed')
  await journal.append({ type: 'child', at: '', address: 'release/spacelift/spacelift', process: processOf(7) })
  await journal.close()
  await lockedRun(host, session, run())
  assert.equal(log.slice(0, 4), ['read identity', 'lock', 'terminate 7', 'read identity'])
})

test('a saved plan is refused before the lock when it was edited, and under the lock when it was used', async () => {
  const { host, session, log } = await installation()
  const saved = await savedPlan(host, session)
  assert.is(await codeOf(lockedRun(host, session, run({ saved: { ...saved, id: 'edited' } }))), 'plan/edited')
  assert.equal(log, [])
  const journal = await openJournal(session.store.folder, '20261101T000000000Z-used')
  const begin = { type: 'begin', at: '', run: 'r', tool: 't', who: 'ada', serial: 0, savedPlan: saved.id, plan: [] } as const
  await journal.append(begin)
  await journal.close()
  assert.is(await codeOf(lockedRun(host, session, run({ saved }))), 'plan/used')
  assert.is(log.at(-1), 'release')
})

function run(more: Partial<LockedRun> = {}): LockedRun {
  const scope = { file: 'desired-state.yaml', target: [], exclude: [], consents: [], track: false }
  return { command: 'apply', scope, lockTimeoutMs: 0, approve: async () => NOTHING, emit: () => undefined, ...more }
}

/** A cluster and an object store that return nothing but their identity. `log`: what happens in which order. */
async function installation() {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-run-'))
  const log: string[] = []
  const parsed = parse(await minimalText(), 'desired-state.yaml', join(folder, 'desired-state.yaml'))
  if ('problems' in parsed) throw new ProblemError(parsed.problems)
  const opened = await openReferences(parsed.installation, machine())
  if ('problems' in opened) throw new ProblemError(opened.problems)
  const ended = new Set<number>()
  const processes = {
    self: () => processOf(1),
    user: () => 'ada',
    isAlive: ({ pid }: ProcessIdentity) => !ended.has(pid),
    terminate: async ({ pid }: ProcessIdentity) => {
      ended.add(pid)
      log.push(`terminate ${pid}`)
    },
  }
  const host = {
    ...{ env: {}, cwd: folder, home: folder, clock: new FakeClock(), signal: new AbortController().signal },
    ...{ processes, openJournal, randomness: { uuid: () => '0123456789abcdef' } },
  } as unknown as Host
  const nothing = new Proxy({}, { get: () => async () => absent('a 404') })
  const identity = async () => {
    log.push('read identity')
    return present('cluster')
  }
  const view = { cluster: withIdentity(nothing, identity), objectStore: withIdentity(nothing, async () => present('o')), registry: nothing }
  const fingerprint = Fingerprinter.fromPrivateKey(Sealed.of(rsaPem(2048)))
  const session = {
    resolved: { installation: parsed.installation, secrets: opened.secrets, chart: { name: 'c', version: '1', digest: 'd' } },
    ...{ warnings: [], fileText: '', world: view, leases: new LoggingLeases(log), store: new FileStore(folder) },
    readContext: { view, fingerprint, signal: host.signal, now: host.clock.now(), previousHelmExited: false },
  } as unknown as Session
  return { host, session, log }
}

function withIdentity(port: object, identity: () => Promise<unknown>): object {
  return new Proxy(port, { get: (target, name) => (name === 'identity' ? identity : Reflect.get(target, name)) })
}

class LoggingLeases implements Leases {
  readonly #log: string[]
  #live: LiveLease | undefined

  constructor(log: string[]) {
    this.#log = log
  }
  async get(): Promise<ReadResult<LiveLease>> {
    return this.#live ? present(this.#live) : absent('a 404')
  }
  async create(_namespace: string, _name: string, lease: Lease) {
    this.#log.push('lock')
    this.#live = { ...lease, resourceVersion: '1' }
    return this.#live
  }
  async replace(_namespace: string, _name: string, lease: Lease) {
    this.#log.push(lease.holder === '' ? 'release' : 'lock')
    this.#live = { ...lease, resourceVersion: `${Number(this.#live?.resourceVersion) + 1}` }
    return this.#live
  }
  async ensureNamespace() {}
}

function processOf(pid: number): ProcessIdentity {
  return { pid, startTime: '1', host: 'here', machine: 'm', bootId: 'b', pidNamespace: 'n' }
}

async function savedPlan(host: Host, session: Session): Promise<SavedPlan> {
  const { loadPlan } = await import('../../../src/session/savedPlanFile.ts')
  const checked: CheckedPlan = { planned: NOTHING, world: undefined, problems: [] }
  await savePlan(host, 'saved.plan', session, emptyState('lineage'), checked, {})
  return loadPlan(host, 'saved.plan')
}

async function codeOf(running: Promise<unknown>): Promise<string> {
  try {
    await running
    return 'none'
  } catch (error) {
    return error instanceof ProblemError ? (error.problems[0]?.code ?? '') : String(error)
  }
}

test.run()

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type HeldLock, LEASE_SECONDS } from '../../../src/state/heldLock.ts'
import type { Holder } from '../../../src/state/holder.ts'
import { acquireLock, awaitUnlocked, type LockPorts, watchLock } from '../../../src/state/lock.ts'
import { type Problem, ProblemError } from '../../../src/values/problem.ts'
import type { Lease, Leases, LiveLease } from '../../../src/world/ports/leases.ts'
import type { Processes, ProcessIdentity } from '../../../src/world/ports/process.ts'
import { FakeClock, settle } from '../../support/fakeClock.ts'

const PLACE = { namespace: 'groundcrew', name: 'spacelift.spacelift' }

/** A server with one Lease, which can be away. */
class FakeLeases implements Leases {
  live: LiveLease | undefined
  away = false
  /** Runs when a write has reached the server, before its answer leaves. */
  onWrite: () => Promise<void> = async () => undefined
  writes = 0
  #version = 0

  async get() {
    this.#reach()
    return this.live ? { is: 'present' as const, value: this.live } : { is: 'absent' as const, provedBy: 'NotFound' }
  }
  async create(_namespace: string, _name: string, lease: Lease) {
    this.#reach()
    this.writes++
    return this.live ? ('exists' as const) : this.#put(lease)
  }
  async replace(_namespace: string, _name: string, lease: Lease, resourceVersion: string) {
    this.#reach()
    this.writes++
    return this.live?.resourceVersion === resourceVersion ? this.#put(lease) : ('conflict' as const)
  }
  async ensureNamespace() {
    this.#reach()
  }
  async #put(lease: Lease): Promise<LiveLease> {
    const written = { ...lease, resourceVersion: String(++this.#version) }
    this.live = written
    await this.onWrite()
    return written
  }
  #reach(): void {
    if (this.away) throw new ProblemError({ code: 'cluster/unreachable', summary: 'The API server is away.', remedy: 'Wait.' })
  }
}

/** Knows the processes of host `here`; ended ones are remembered. */
class FakeProcesses implements Processes {
  readonly dead = new Set<number>()
  readonly ended: number[] = []
  self = () => processOf(1)
  isAlive = (it: ProcessIdentity) => (it.host === 'here' ? !this.dead.has(it.pid) : undefined)
  async terminate(it: ProcessIdentity) {
    this.ended.push(it.pid)
    this.dead.add(it.pid)
  }
  user = () => 'ada'
  run = () => Promise.reject(new Error('not here'))
}

function world() {
  const leases = new FakeLeases()
  const processes = new FakeProcesses()
  const clock = new FakeClock()
  const interrupt = new AbortController()
  return { leases, processes, clock, interrupt, signal: interrupt.signal }
}

test('the second apply is refused, naming the holder, and takes over after the first released', async () => {
  const ports = world()
  const first = await acquireLock(ports, PLACE, holderOf(1), 0)
  await refused(ports, holderOf(2), /locked by alice@here \(apply, process 1 on here/)
  await first.release(true)
  await acquireLock(ports, PLACE, holderOf(2), 0)
})

test('of two that take over a dead holder, the slower one gets the name of the faster one', async () => {
  const ports = world()
  await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.processes.dead.add(1)
  const { replace } = ports.leases
  ports.leases.replace = async (...asked) => {
    ports.leases.replace = replace
    await acquireLock(ports, PLACE, holderOf(3), 0)
    return replace.apply(ports.leases, asked)
  }
  await refused(ports, holderOf(2), /process 3 on here/)
})

test('the lock of a holder killed on this host is taken over at once, after its helm process is terminated', async () => {
  const ports = world()
  const first = await acquireLock(ports, PLACE, holderOf(1), 0)
  await first.registerChild(processOf(77))
  ports.processes.dead.add(1)
  await acquireLock(ports, PLACE, holderOf(2), 0)
  assert.equal(ports.processes.ended, [77])
})

test('a helm process that died with its holder stays recorded until it is handled', async () => {
  const ports = world()
  const first = await acquireLock(ports, PLACE, holderOf(1), 0)
  await first.registerChild(processOf(77))
  ports.processes.dead.add(1).add(77)
  const interrupted = await acquireLock(ports, PLACE, holderOf(2), 0)
  await interrupted.release(false)
  const killed = await acquireLock(ports, PLACE, holderOf(3), 0)
  assert.is(killed.terminatedHelm?.pid, 77)
  ports.processes.dead.add(3)
  const last = await acquireLock(ports, PLACE, holderOf(4), 0)
  assert.is(last.terminatedHelm?.pid, 77)
  await last.release(true)
  assert.is((await acquireLock(ports, PLACE, holderOf(5), 0)).terminatedHelm, undefined)
})

test('a helm process that this run started and that exited is not passed on', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  await lock.registerChild(processOf(77))
  await lock.release(false)
  assert.is((await acquireLock(ports, PLACE, holderOf(2), 0)).terminatedHelm, undefined)
})

test('a holder on another host is taken over after the lease time without a renewal, not before', async () => {
  const ports = world()
  ports.leases.live = { ...leaseFor(holderOf(9, 'there')), resourceVersion: 'x' }
  const taken = progress(acquireLock(ports, PLACE, holderOf(2), 120_000))
  await ports.clock.pass((LEASE_SECONDS - 2) * 1000)
  assert.is(taken.lock, undefined)
  await ports.clock.pass(4_000)
  assert.ok(taken.lock)
})

test('attempts without a timeout together detect a dead holder on another host', async () => {
  const ports = world()
  ports.leases.live = { ...leaseFor(holderOf(9, 'there')), resourceVersion: 'x' }
  const watch = watchLock(ports.clock)
  const attempt = () =>
    acquireLock(ports, PLACE, holderOf(2), 0, watch).then(
      () => 'taken',
      () => 'held',
    )
  assert.is(await attempt(), 'held')
  await ports.clock.pass((LEASE_SECONDS - 1) * 1000)
  assert.is(await attempt(), 'held')
  await ports.clock.pass(1_000)
  assert.is(await attempt(), 'taken')
})

test('a holder on another host that renews is never taken over', async () => {
  const ports = world()
  const taken = progress(acquireLock(ports, PLACE, holderOf(2), 300_000))
  ports.leases.live = { ...leaseFor(holderOf(9, 'there')), resourceVersion: 'x0' }
  for (let round = 1; round < 20; round++) {
    await ports.clock.pass(10_000)
    ports.leases.live = { ...ports.leases.live, resourceVersion: `x${round}` }
  }
  assert.is(taken.lock, undefined)
})

test('a holder that cannot renew stops writing before another may take over, with the reason', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.away = true
  await ports.clock.pass(15_000)
  await lock.assertLockHeld()
  await ports.clock.pass(6_000)
  const why = await fails(lock.assertLockHeld())
  assert.match(why.summary, /could not be renewed for 2\d s/)
  assert.match(why.detail ?? '', /The API server is away/)
  assert.ok(lock.lost.aborted)
})

test('an API server that never responds does not delay the fence', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.onWrite = () => new Promise(() => undefined)
  await ports.clock.pass(22_000)
  assert.ok(lock.lost.aborted)
})

test('a failed renewal is retried soon, and the lock is kept', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.away = true
  await ports.clock.pass(18_000)
  ports.leases.away = false
  await ports.clock.pass(60_000)
  await lock.assertLockHeld()
})

test('the lease time of a holder suspended while it acquired the lock starts before its request', async () => {
  const ports = world()
  ports.leases.onWrite = () => ports.clock.pass(LEASE_SECONDS * 1000)
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  await fails(lock.assertLockHeld())
})

test('a holder that renews in time keeps the lock', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  await ports.clock.pass(600_000)
  await lock.assertLockHeld()
})

test('a holder whose lock was taken over stops at its next renewal and names the new holder', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.live = { ...leaseFor(holderOf(9, 'there')), resourceVersion: 'taken' }
  await ports.clock.pass(11_000)
  assert.match((await fails(lock.assertLockHeld())).summary, /alice@here \(apply, process 9 on there/)
})

test('a holder whose lock was unlocked by hand stops at its next renewal', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.live = { ...leaseFor(holderOf(1)), holder: '', info: '', resourceVersion: 'freed' }
  await ports.clock.pass(11_000)
  assert.match((await fails(lock.assertLockHeld())).summary, /unlocked with force-unlock/)
})

test('a report waits for a running apply, names it after the timeout, and writes nothing', async () => {
  const ports = world()
  const first = await acquireLock(ports, PLACE, holderOf(1), 0)
  const held = ports.leases.live
  const late = awaitUnlocked(ports, PLACE, 5_000).catch((error) => error)
  await ports.clock.pass(6_000)
  assert.match(String((await late).problems?.[0].summary), /locked by alice@here \(apply/)
  const waiting = awaitUnlocked(ports, PLACE, 60_000)
  await first.release(true)
  await ports.clock.pass(2_000)
  await waiting
  assert.is(held?.holder, holderOf(1).id)
})

test('a report does not wait for a dead holder, and does not terminate its helm process', async () => {
  const ports = world()
  const first = await acquireLock(ports, PLACE, holderOf(1), 0)
  await first.registerChild(processOf(77))
  const held = ports.leases.live
  ports.processes.dead.add(1)
  await awaitUnlocked(ports, PLACE, 0)
  assert.equal([ports.processes.ended, ports.leases.live], [[], held])
})

test('a suspended holder that resumes late sends no request, not even for the Lease', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  const before = ports.leases.writes
  ports.clock.suspend(60_000)
  await ports.clock.pass(60_000)
  assert.match((await fails(lock.assertLockHeld())).detail ?? '', /suspended/)
  await lock.release(true)
  assert.is(ports.leases.writes, before)
})

test('helm is registered in the Lease before it may write, also when the first attempt fails', async () => {
  const ports = world()
  const lock = await acquireLock(ports, PLACE, holderOf(1), 0)
  ports.leases.away = true
  const announced = lock.registerChild(processOf(77))
  await ports.clock.pass(5_000)
  ports.leases.away = false
  await ports.clock.pass(2_000)
  await announced
  assert.is(JSON.parse(ports.leases.live?.info ?? '{}').helm.pid, 77)
})

test('an interrupted wait for the lock ends at once without the lock', async () => {
  const ports = world()
  ports.leases.live = { ...leaseFor(holderOf(9, 'there')), resourceVersion: 'x' }
  const waiting = fails(acquireLock(ports, PLACE, holderOf(2), 300_000))
  await ports.clock.pass(5_000)
  ports.interrupt.abort()
  assert.is((await waiting).code, 'lock/interrupted')
  assert.is(ports.leases.live?.holder, 'run-9')
})

async function refused(ports: LockPorts, holder: Holder, why: RegExp): Promise<void> {
  try {
    await acquireLock(ports, PLACE, holder, 0)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, ProblemError)
    assert.match((error as ProblemError).problems[0]?.summary ?? '', why)
  }
}

async function fails(doing: Promise<unknown>): Promise<Problem> {
  const outcome = await doing.then(
    () => 'done',
    (error: unknown) => error,
  )
  assert.instance(outcome, ProblemError)
  return (outcome as ProblemError).problems[0] as Problem
}

function progress(waiting: Promise<HeldLock>): { lock?: HeldLock } {
  const seen: { lock?: HeldLock } = {}
  void waiting.then((lock) => {
    seen.lock = lock
  })
  void settle()
  return seen
}

function holderOf(pid: number, host = 'here'): Holder {
  return { id: `run-${pid}`, who: 'alice@here', command: 'apply', since: '2026-11-24T00:00:00.000Z', process: processOf(pid, host) }
}

function processOf(pid: number, host = 'here'): ProcessIdentity {
  return { pid, startTime: '1', host, machine: 'm', bootId: 'b', pidNamespace: 'p' }
}

function leaseFor(holder: Holder): Lease {
  const time = '2026-11-24T00:00:00.000000Z'
  return {
    holder: holder.id,
    acquireTime: time,
    renewTime: time,
    durationSeconds: LEASE_SECONDS,
    transitions: 0,
    info: JSON.stringify(holder),
  }
}

test.run()

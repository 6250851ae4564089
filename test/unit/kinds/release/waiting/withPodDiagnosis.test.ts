import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withPodDiagnosis } from '../../../../../src/kinds/release/waiting/withPodDiagnosis.ts'
import { ProblemError } from '../../../../../src/values/problem.ts'
import { Sealed } from '../../../../../src/values/sealed.ts'
import { codeOf } from '../../bucket/fakeStore.ts'
import { declare, FakeRelease, follow } from '../fakeRelease.ts'
import { CRASHED, putPod, putReplicaSet, putWarning } from './fakePods.ts'

const PASSWORD = 'sesame-open-2026'
const TIMED_OUT = { code: 'helm/not-ready', summary: 'helm: context deadline exceeded', remedy: 'Wait.' }

/** An upgrade that times out: its only pod crashes, and prints a password that it holds. */
async function timedOut(): Promise<FakeRelease> {
  const fake = await FakeRelease.deployed()
  const { cluster, helm } = fake
  cluster.podsBecomeReady = false
  helm.fails = TIMED_OUT
  putReplicaSet(cluster, 'server-1', 1)
  putPod(cluster, 'server-1-a', 'server-1', CRASHED, ['app'])
  putWarning(cluster, 'server-1-a', 'BackOff', `cannot log in with ${PASSWORD}`, '2026-11-24T00:01:00Z')
  cluster.putSecret('app', new Map([['DATABASE_PASSWORD', Sealed.of(PASSWORD)]]))
  cluster.logs.set('server-1-a', `starting\nlogin with ${PASSWORD} failed\n\u001b[31mgiving up\u001b[0m\n`)
  return fake
}

async function problemOf(fake: FakeRelease) {
  const ending = follow(fake.converge(await fake.plan({ level: 'debug' })))
  await fake.clock.pass(0)
  assert.ok(ending.problem)
  return ending.problem
}

test('an upgrade that times out is explained with the pod, the reason, the events and the last lines of the log', async () => {
  const fake = await timedOut()
  const problem = await problemOf(fake)
  assert.is(problem.code, 'release/not-ready')
  assert.is(problem.summary, 'spacelift-server: 0 of 2 new pods are ready (CrashLoopBackOff).')
  assert.is(
    problem.detail,
    [
      'pod server-1-a, container server: CrashLoopBackOff: back-off 10s restarting failed container; it ended with exit code 1',
      'Newest events:',
      '  2026-11-24T00:01:00Z BackOff: cannot log in with (hidden)',
    ].join('\n'),
  )
  assert.match(problem.remedy, 'kubectl -n spacelift logs server-1-a --previous')
  assert.equal(fake.messages, [
    'the last lines of the log of server-1-a, container server, of its previous run:',
    '  | starting',
    '  | login with (hidden) failed',
    '  | giving up',
  ])
  assert.equal(fake.cluster.logRequests, [{ namespace: 'spacelift', pod: 'server-1-a', container: 'server', previous: true, lines: 10 }])
})

test('no secret is printed, in any form of it', async () => {
  const fake = await timedOut()
  const base64 = Buffer.from(PASSWORD).toString('base64')
  fake.cluster.logs.set('server-1-a', `plain ${PASSWORD} encoded ${base64}`)
  const text = JSON.stringify([await problemOf(fake), fake.messages])
  assert.not.match(text, PASSWORD)
  assert.not.match(text, base64.replace(/=+$/, ''))
})

test('where the secrets of the pods cannot be read, no log is read: it could not be masked', async () => {
  const fake = await timedOut()
  const change = await fake.plan({ level: 'debug' })
  fake.cluster.unreadable.add('Secret')
  assert.is(await codeOf(() => fake.converge(change)), 'release/not-ready')
  assert.equal(fake.cluster.logRequests, [])
  assert.equal(fake.messages, [])
})

test('where the pods cannot be read, the original problem stays', async () => {
  const fake = await timedOut()
  const ending = follow(withPodDiagnosis(fake.context(), declare({}), async () => Promise.reject(new ProblemError(TIMED_OUT))))
  for (const kind of ['Deployment', 'ReplicaSet', 'Pod', 'Event']) fake.cluster.unreadable.add(kind)
  await fake.clock.pass(0)
  assert.equal(ending.problem, TIMED_OUT)
})

test('a problem that is not a timeout is not diagnosed', async () => {
  const fake = await timedOut()
  fake.helm.fails = { code: 'helm/failed', summary: 'a template is invalid', remedy: 'Repair it.' }
  assert.equal(await problemOf(fake), fake.helm.fails)
  assert.equal(fake.messages, [])
})

test('a repair whose pods do not become ready is explained too', async () => {
  const fake = await timedOut()
  fake.cluster.edit('Deployment', 'spacelift-server', [{ op: 'add', path: '/spec/template/spec/hostname', value: 'x' }])
  const ending = follow(fake.converge(await fake.plan()))
  await fake.clock.pass(130_000)
  assert.is(ending.problem?.code, 'release/not-ready')
})

test.run()

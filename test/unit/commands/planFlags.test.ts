import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { planScope, savedFlags } from '../../../src/commands/planFlags.ts'
import { ProblemError } from '../../../src/values/problem.ts'

const globals = { file: 'desired-state.yaml', color: false }

test('a saved plan decides nothing about files and clusters, whatever it contains', () => {
  const flags = savedFlags({ target: ['bucket'], kubeconfig: '/elsewhere', file: '/elsewhere' } as Parameters<typeof savedFlags>[0])
  assert.equal(Object.keys(flags).sort(), [
    'acceptDataLoss',
    'acceptNewWorld',
    'acceptOtherChart',
    'exclude',
    'replaceEncryptionKey',
    'target',
    'track',
  ])
})

test('the flags that allow something become the consents that refusals name', () => {
  const { consents } = planScope({ ...globals, acceptDataLoss: ['bucket/a'], replaceEncryptionKey: true, acceptOtherChart: true })
  assert.equal(consents, ['--accept-data-loss bucket/a', '--replace-encryption-key', '--accept-other-chart'])
})

test('without flags everything is planned and nothing is allowed', () => {
  assert.equal(planScope(globals), { ...globals, target: [], exclude: [], track: false, consents: [] })
})

test('target and exclude exclude each other', () => {
  const isRejected = (error: unknown) => error instanceof ProblemError && error.problems[0]?.code === 'cli/target-and-exclude'
  assert.throws(() => planScope({ ...globals, target: ['bucket'], exclude: ['secret'] }), isRejected)
})

test.run()

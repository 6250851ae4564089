import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { desiredObjects } from '../../../../../src/kinds/release/objects/desiredObjects.ts'
import { objectFacts } from '../../../../../src/kinds/release/objects/facts/objectFacts.ts'
import { parseManifest } from '../../../../../src/kinds/release/objects/manifest.ts'
import type { FactMap } from '../../../../../src/values/json.ts'

const JOB = `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec: { ttlSecondsAfterFinished: 5 }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: backend }
`
const manifest = await parseManifest(JOB, { name: 'spacelift', namespace: 'spacelift' }, 'template')
const wantedBeside = (seen: FactMap) => desiredObjects(manifest, seen, ({ raw }) => objectFacts(raw))
const [JOB_KEY, ACCOUNT_KEY] = manifest.map(({ key }) => key) as [string, string]
const going = (kind: string, name: string): FactMap => ({
  apiVersion: kind === 'Job' ? 'batch/v1' : 'v1',
  metadata: { name, deleting: true },
})

test('a Job with a TTL may be absent or being deleted: neither is a difference', () => {
  assert.equal(Object.keys(wantedBeside({})), [ACCOUNT_KEY])
  const leaving = going('Job', 'migrate')
  assert.equal(wantedBeside({ [JOB_KEY]: leaving })[JOB_KEY], leaving)
})

test('any other object that is being deleted is desired as declared', () => {
  const account = wantedBeside({ [ACCOUNT_KEY]: going('ServiceAccount', 'backend') })[ACCOUNT_KEY] as { metadata: FactMap }
  assert.not('deleting' in account.metadata)
})

test.run()

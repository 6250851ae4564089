import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReleaseChange } from '../../../../src/kinds/release/facts.ts'
import { revisionNotes } from '../../../../src/kinds/release/revision.ts'
import { pointer } from '../../../../src/values/json.ts'

function notes(record: { status: string; description?: string }, edited = '/status'): readonly string[] {
  const evidence = { record: { revision: 4, description: '', ...record }, objects: { manifest: new Map() } }
  const edits = [{ pointer: edited, from: 'a', to: edited === '/status' ? 'deployed' : undefined, cause: 'drifted' }]
  const manifest = new Map([['Service/mqtt', { origin: 'template' }]])
  const desired = { objects: { 'Service/mqtt': {} } }
  return revisionNotes({ edits, basis: { manifest }, desired, observed: { is: 'present', evidence } } as unknown as ReleaseChange)
}

test('the next revision is announced, and what happened to the newest', () => {
  assert.equal(notes({ status: 'deployed', description: 'Upgrade complete' }, '/values/a'), ['Revision 4 -> 5.'])
  assert.equal(notes({ status: 'deployed', description: 'Rollback to 2' }), ['Revision 4 -> 5. Revision 4 is a rollback to revision 2.'])
  assert.match(
    notes({ status: 'pending-upgrade' })[0] ?? '',
    /^Revision 4 -> 5\. Revision 4 was left pending-upgrade by a helm process that has ended/,
  )
  assert.match(notes({ status: 'failed', description: 'timed\nout' })[0] ?? '', /Revision 4 failed: timed out$/)
})

test('an uninstall that is completed first restarts the count', () => {
  assert.match(notes({ status: 'uninstalling' })[0] ?? '', /^Revision 4 -> 1\./)
})

test('removing undeclared fields creates no revision', () => {
  assert.match(notes({ status: 'deployed' }, pointer('objects', 'Service/mqtt', 'spec', 'x'))[0] ?? '', /^Revision 4 stays/)
})

test('there are no notes for a release that does not exist yet', () => {
  assert.equal(revisionNotes({ observed: { is: 'absent', provedBy: 'x' } } as unknown as ReleaseChange), [])
})

test.run()

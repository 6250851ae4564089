import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReleaseChange } from '../../../../src/kinds/release/facts.ts'
import { revisionNotes } from '../../../../src/kinds/release/revision.ts'
import { pointer } from '../../../../src/values/json.ts'

function notes(record: { status: string; description?: string }, edited = '/status'): readonly string[] {
  const evidence = { record: { revision: 4, description: '', ...record }, objects: { manifest: new Map() } }
  const edits = [{ pointer: edited, from: 'a', to: edited === '/status' ? 'deployed' : undefined, cause: 'drifted' }]
  const manifest = new Map([['Service/mqtt', { origin: 'template' }]])
  const wanted = { objects: { 'Service/mqtt': {} } }
  return revisionNotes({ edits, basis: { manifest }, desired: wanted, observed: { is: 'present', evidence } } as unknown as ReleaseChange)
}

test('the next revision is announced, and what became of the newest', () => {
  assert.equal(notes({ status: 'deployed', description: 'Upgrade complete' }, '/values/a'), ['Revision 4 -> 5.'])
  assert.equal(notes({ status: 'deployed', description: 'Rollback to 2' }), ['Revision 4 -> 5. Revision 4 is a rollback to revision 2.'])
  assert.match(
    notes({ status: 'pending-upgrade' })[0] ?? '',
    /^Revision 4 -> 5\. Revision 4 was left pending-upgrade by a helm that is gone/,
  )
  assert.match(notes({ status: 'failed', description: 'timed\nout' })[0] ?? '', /Revision 4 failed: timed out$/)
})

test('an uninstall that is finished first begins the count anew', () => {
  assert.match(notes({ status: 'uninstalling' })[0] ?? '', /^Revision 4 -> 1\./)
})

test('strangers that are taken off make no revision', () => {
  assert.match(notes({ status: 'deployed' }, pointer('objects', 'Service/mqtt', 'spec', 'x'))[0] ?? '', /^Revision 4 stays/)
})

test('nothing is said of a release that is not there yet', () => {
  assert.equal(revisionNotes({ observed: { is: 'absent', provedBy: 'x' } } as unknown as ReleaseChange), [])
})

test.run()

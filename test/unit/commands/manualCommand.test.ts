import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { manualCommand } from '../../../src/commands/manualCommand.ts'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import { address } from '../../../src/values/address.ts'

const change = { address: address('bucket', 'b'), action: 'update' as const, edits: [], impact: NO_IMPACT, after: [] }
const refused = (consent: string) => ({ change, why: { is: 'refused' as const, summary: 'No.', consent } })

test('defaults are left out of the command', () => {
  assert.is(manualCommand({ file: 'desired-state.yaml' }, []), 'groundcrew apply')
})

test('it repeats the daemon’s options, quoted for a shell, and each consent once', () => {
  const options = { file: 'my state.yaml', state: "it's", kubeconfig: '/etc/kube.conf', context: 'onprem' }
  const risk = '--accept-data-loss bucket/b'
  assert.is(
    manualCommand(options, [refused(risk), { change, why: { is: 'action' } }, refused(risk)]),
    `groundcrew apply --file 'my state.yaml' --state 'it'\\''s' --kubeconfig /etc/kube.conf --context onprem ${risk}`,
  )
})

test.run()

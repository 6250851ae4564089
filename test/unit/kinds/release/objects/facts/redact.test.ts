import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { redact } from '../../../../../../src/kinds/release/objects/facts/redact.ts'
import type { Fingerprint } from '../../../../../../src/values/fingerprint.ts'
import type { FactMap } from '../../../../../../src/values/json.ts'

const hidden = (seen: FactMap, wanted: FactMap = {}) => redact(seen, wanted, (where) => `print of ${where}` as Fingerprint)

test('texts in fields that often hold passwords are fingerprints', () => {
  assert.equal(
    hidden({ containers: { c: { env: { A: { value: 's' } }, args: { '[0]': 's' }, command: { '[0]': 's' }, image: 'plain' } } }),
    {
      containers: {
        c: {
          env: { A: { value: 'print of /containers/c/env/A/value' } },
          args: { '[0]': 'print of /containers/c/args/[0]' },
          command: { '[0]': 'print of /containers/c/command/[0]' },
          image: 'plain',
        },
      },
    },
  )
  assert.equal(hidden({ metadata: { annotations: { a: 's' }, labels: { a: 'plain' } }, data: { k: 's' } }), {
    metadata: { annotations: { a: 'print of /metadata/annotations/a' }, labels: { a: 'plain' } },
    data: { k: 'print of /data/k' },
  })
})

test('texts that the manifest contains stay plain, wherever they occur', () => {
  const wanted = { args: { '[0]': '--known' } }
  assert.equal(hidden({ args: { '[0]': '--new', '[1]': '--known' } }, wanted), { args: { '[0]': 'print of /args/[0]', '[1]': '--known' } })
})

test('the source of a value is no secret', () => {
  const facts = { env: { A: { valueFrom: { secretKeyRef: { name: 's', key: 'k' } } } } }
  assert.equal(hidden(facts), facts)
})

test.run()

import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../../src/installation/parse.ts'
import { referencedFiles } from '../../../src/installation/referencedFiles.ts'

test('every file on this machine that the desired state refers to, once each', () => {
  const text = readFileSync(new URL('valid/full.yaml', import.meta.url), 'utf8')
  const withPath = text.replace(/chart: \{.*\}/, 'chart: { path: ./chart }')
  const parsed = parse(withPath, 'desired-state.yaml', '/srv/install/desired-state.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  assert.equal(referencedFiles(parsed.installation), [
    '/etc/ssl/minio.pem',
    '/srv/archives/self-hosted-v3.1.0-rc.1.tar.gz',
    '/srv/install/app-access-key',
    '/srv/install/ca.pem',
    '/srv/install/chart',
    '/srv/install/desired-state.yaml',
    '/srv/install/encryption.pem',
    '/srv/install/license.jwt',
    '/srv/install/registry-password',
    '/srv/install/registry-user',
  ])
})

test.run()

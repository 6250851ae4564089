import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readImageConfig } from '../../../src/world/imageConfig.ts'

const docker = {
  architecture: 'amd64',
  os: 'linux',
  docker_version: '24.0.7',
  container: 'abc',
  config: {
    Hostname: 'abc',
    Env: ['PATH=/usr/bin'],
    Cmd: null,
    Entrypoint: ['/usr/bin/spacelift'],
    Image: 'sha256:1',
    OnBuild: null,
    Labels: { a: 'b' },
    Healthcheck: { Test: ['NONE'] },
  },
  rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
  history: [{ created_by: 'x' }],
}
const oci = {
  os: 'linux',
  architecture: 'amd64',
  created: '2025-01-01T00:00:00Z',
  config: { Labels: { a: 'b' }, Entrypoint: ['/usr/bin/spacelift'], Env: ['PATH=/usr/bin'], Volumes: {} },
  rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
}

test('an image that was converted from docker’s format to OCI’s has the same content digest', () => {
  assert.equal(readImageConfig(docker), readImageConfig(oci))
  assert.equal(readImageConfig(oci)?.diffIds, ['sha256:1', 'sha256:2'])
  assert.is(readImageConfig(oci)?.platform, 'linux/amd64')
})

test('other layers, another layer order, another platform or another start configuration changes the content digest', () => {
  const contents = [
    oci,
    { ...oci, rootfs: { diff_ids: ['sha256:2', 'sha256:1'] } },
    { ...oci, rootfs: { diff_ids: ['sha256:1'] } },
    { ...oci, architecture: 'arm64' },
    { ...oci, config: { ...oci.config, Env: ['PATH=/bin'] } },
    { ...oci, config: { ...oci.config, Entrypoint: ['/bin/sh'] } },
    { ...oci, config: { ...oci.config, User: '0' } },
    { ...oci, config: null },
  ].map((config) => readImageConfig(config)?.content)
  assert.is(new Set(contents).size, contents.length)
})

test('a document that is not an image’s config is rejected', () => {
  for (const other of [null, [], {}, { ...oci, os: 1 }, { ...oci, rootfs: null }, { ...oci, rootfs: { diff_ids: [1] } }])
    assert.is(readImageConfig(other), undefined)
})

test.run()

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { classic, hex, image, manifest, release, type TestImage, tar } from '../../../unit/world/archive/build.ts'
import { forms } from '../../../unit/world/archive/forms.ts'
import type { LabInstallation } from '../../support/installation.ts'

/** An archive that must not be used, and the code of the problem. */
export type InvalidArchive = {
  readonly name: string
  readonly code: string
  readonly isQuick?: boolean
  /** Declared for it in the file. */
  readonly sha256?: string
  bytes(sources: Sources): Promise<Buffer>
}

type Sources = {
  /** The lab's release archive. */
  readonly valid: Buffer
  readonly backend: TestImage
  readonly launcher: TestImage
}

export async function sourcesOf(installation: LabInstallation): Promise<Sources> {
  return {
    valid: await readFile(join(installation.folder, 'self-hosted-v3.0.0.tar.gz')),
    backend: await image('spacelift-backend:v3.0.0'),
    launcher: await image('spacelift-launcher:v3.0.0'),
  }
}

export const invalidArchives: readonly InvalidArchive[] = [
  {
    name: 'truncated in the middle',
    code: 'archive/truncated',
    isQuick: true,
    bytes: async ({ valid }) => valid.subarray(0, valid.length / 2),
  },
  { name: 'without its last bytes', code: 'archive/truncated', bytes: async ({ valid }) => valid.subarray(0, -20) },
  {
    name: 'damaged in the middle',
    code: 'archive/(corrupt|wrong-digest|not-an-archive)',
    bytes: async ({ valid }) => {
      const middle = Math.floor(valid.length / 2)
      return Buffer.from(valid).fill(0xff, middle, middle + 1000)
    },
  },
  { name: 'of another version', code: 'image/not-in-archive', isQuick: true, bytes: otherVersion },
  { name: 'with another checksum than declared', code: 'archive/other-bytes', sha256: hex('other'), bytes: async ({ valid }) => valid },
  {
    name: "with layers that do not match the config's digests",
    code: 'archive/wrong-digest',
    bytes: ({ backend, launcher }) => tar(classic({ ...backend, layers: launcher.layers }, launcher)),
  },
  {
    name: 'with such layers in the OCI form',
    code: 'archive/wrong-digest',
    bytes: async ({ backend, launcher }) =>
      (await forms.at(-1)?.write({ ...backend, layers: launcher.layers }, launcher)) ?? Buffer.alloc(0),
  },
  {
    name: 'with a path that leads outside',
    code: 'archive/unsafe-path',
    bytes: ({ backend, launcher }) => tar([...classic(backend, launcher), ['../../etc/cron.d/x', 'x']]),
  },
  {
    name: 'with a duplicate entry',
    code: 'archive/duplicate-entry',
    bytes: ({ backend, launcher }) => tar([...classic(backend, launcher), manifest([])]),
  },
  { name: 'that is a decompression bomb', code: 'archive/swells', bytes: decompressionBomb },
  {
    name: 'that is an HTML page',
    code: 'archive/not-an-archive',
    bytes: async () => Buffer.from('<html>Not found</html>'.repeat(100)),
  },
]

async function otherVersion({ backend, launcher }: Sources): Promise<Buffer> {
  const images = [
    { ...backend, tags: ['spacelift-backend:v2.9.0'] },
    { ...launcher, tags: ['spacelift-launcher:v2.9.0'] },
  ]
  return release({ 'a.tar': await tar(classic(...images)) })
}

function decompressionBomb({ backend, launcher }: Sources): Promise<Buffer> {
  const layer = Buffer.concat(Array(32).fill(gzipSync(Buffer.alloc(2 ** 26))))
  return tar([...classic(backend, launcher), ['layer.tar.gz', layer]])
}

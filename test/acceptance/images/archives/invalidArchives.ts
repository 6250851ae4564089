import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writes } from '../../../../scripts/lab/index.ts'
import { classic, hex, image, manifest, release, tar } from '../../../unit/world/archive/build.ts'
import { forms } from '../../../unit/world/archive/forms.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'

/** An archive that must not be used, what it is said to be, and what else the file says of it. */
type Bad = { readonly name: string; readonly code: string; readonly bytes: Buffer; readonly sha256?: string }

async function badOnes(installation: LabInstallation): Promise<Bad[]> {
  const whole = await readFile(join(installation.folder, 'self-hosted-v3.0.0.tar.gz'))
  const [backend, launcher] = [await image('spacelift-backend:v3.0.0'), await image('spacelift-launcher:v3.0.0')]
  const good = classic(backend, launcher)
  const old = await release({
    'a.tar': await tar(classic({ ...backend, tags: ['spacelift-backend:v2.9.0'] }, { ...launcher, tags: ['spacelift-launcher:v2.9.0'] })),
  })
  const lying = { ...backend, layers: launcher.layers }
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, Math.floor(whole.length / 2), Math.floor(whole.length / 2) + 1000)
  return [
    { name: 'cut in the middle', code: 'archive/truncated', bytes: whole.subarray(0, whole.length / 2) },
    { name: 'without its last bytes', code: 'archive/truncated', bytes: whole.subarray(0, -20) },
    { name: 'damaged in the middle', code: 'archive/(corrupt|wrong-digest|not-an-archive)', bytes: damaged },
    { name: 'of another version', code: 'image/not-in-archive', bytes: old },
    { name: 'of another sum than declared', code: 'archive/other-bytes', bytes: whole, sha256: hex('other') },
    { name: 'with layers that are not the config’s', code: 'archive/wrong-digest', bytes: await tar(classic(lying, launcher)) },
    {
      name: 'with such layers in OCI’s form',
      code: 'archive/wrong-digest',
      bytes: (await forms.at(-1)?.write(lying, launcher)) ?? Buffer.alloc(0),
    },
    { name: 'with a path out of it', code: 'archive/unsafe-path', bytes: await tar([...good, ['../../etc/cron.d/x', 'x']]) },
    { name: 'with one name twice', code: 'archive/duplicate-entry', bytes: await tar([...good, manifest([])]) },
    {
      name: 'that swells without measure',
      code: 'archive/swells',
      bytes: await tar([...good, ['layer.tar.gz', Buffer.concat(Array(32).fill(gzipSync(Buffer.alloc(2 ** 26))))]]),
    },
    { name: 'that is none', code: 'archive/not-an-archive', bytes: Buffer.from('<html>Not found</html>'.repeat(100)) },
  ]
}

/** Each is refused before anything is contacted. */
export async function badArchives(report: Report, installation: LabInstallation): Promise<void> {
  for (const { name, code, bytes, sha256 } of await badOnes(installation))
    await report.line(`an archive ${name}: exit 1, what to do, and nothing written but the lock`, async () => {
      const archive = join(installation.lab.dir, 'bad-archive')
      await writeFile(archive, bytes)
      const file = await installation.withEdits('bad', (it) => {
        it.setIn(['images', 'archive'], archive)
        if (sha256) it.setIn(['images', 'archiveSha256'], sha256)
      })
      const stop = await installation.lab.record()
      const ran = expectExit(await installation.groundcrew(['apply', '--auto-approve', '-f', file]), 1)
      expectText(ran.stderr, new RegExp(`\\(${code}\\)`))
      expectText(ran.stderr, /^ {2}To do: /m)
      const { registry, kubernetes, minio } = await stop()
      // The lock is taken before the images of the archive are compared with what the file wants.
      const written = [registry, kubernetes, minio].flatMap((requests) => writes(requests)).filter(({ path }) => !path.includes('/leases'))
      if (written.length > 0) throw new Error(JSON.stringify(written[0]))
      return /\(([a-z-]+\/[a-z-]+)\)/.exec(ran.stderr)?.[1]
    })
}

/** The archive's file changes after it was read, with nothing that tells so but its content. */
export async function changedBehindOurBack(report: Report, installation: LabInstallation): Promise<void> {
  await report.line('an archive that changes between reading and pushing: exit 1, and no tag', async () => {
    const [backend, launcher] = [await image('spacelift-backend:v3.0.0', { bytes: 300_000 }), await image('spacelift-launcher:v3.0.0')]
    const archive = join(installation.lab.dir, 'changing')
    await writeFile(archive, await tar(classic(backend, launcher)))
    const file = await installation.withEdits('changing', (it) => {
      it.setIn(['images', 'archive'], archive)
      for (const role of ['backend', 'launcher']) it.setIn(['images', role], `${installation.lab.env.REGISTRY}/changing/${role}`)
    })
    const args = ['--state', join(installation.lab.dir, 'changing-state'), '-target', 'image', '-f', file]
    expectExit(await installation.groundcrew(['plan', ...args]), 0)
    await keepingTime(installation, archive, async () => {
      const it = await open(archive, 'r+')
      await it.write(Buffer.from('changed'), 0, 7, 100_000)
      await it.close()
    })
    const ran = expectExit(await installation.groundcrew(['apply', '--auto-approve', ...args]), 1)
    expectText(`${ran.stdout}${ran.stderr}`, /archive\/wrong-digest/)
    const tags = await installation.client('bash', '-c', 'crane ls $REGISTRY/changing/backend 2>&1 || true')
    if (tags.includes('v3.0.0')) throw new Error(`the tag is there: ${tags}`)
    return undefined
  })
}

async function keepingTime(installation: LabInstallation, path: string, change: () => Promise<void>): Promise<void> {
  await installation.client('touch', '-r', path, `${path}.time`)
  await change()
  await installation.client('touch', '-r', `${path}.time`, path)
}

import { mkdtemp, open, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../scripts/lab/index.ts'
import { classic, image, tar } from '../../unit/world/archive/build.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { type Archive, archiveForms, pushBaseImages, roles } from './archives/fixtures.ts'
import { type InvalidArchive, invalidArchives, sourcesOf } from './archives/invalidArchives.ts'
import { pullWithCrane, pullWithSkopeo } from './archives/pull.ts'
import { registryNames, testRegistry } from './archives/testRegistry.ts'

const suite = acceptance('archives in every form are pushed to every registry; invalid archives are refused', async () => {
  const installation = await LabInstallation.open({ registries: ['plain', 'token'] })
  await pushBaseImages(installation)
  return installation
})

const quickForms = archiveForms.filter(({ isQuick }) => isQuick)
for (const [i, form] of archiveForms.entries()) {
  const quickRegistry = registryNames[quickForms.indexOf(form) % registryNames.length]
  let archive: Promise<Archive> | undefined
  for (const name of registryNames) {
    const test = name === quickRegistry ? suite : suite.full
    test(`${form.name}, to the ${name} registry: skopeo and crane pull both images back`, async (installation) => {
      archive ??= newFolder(installation).then((folder) => form.create(installation, folder))
      const { path, configs } = await archive
      const registry = await testRegistry(installation, name)
      const repository = (role: string) => `${registry.host}/form${i}/${role}`
      const file = await installation.withEdits('form', (document) => {
        document.setIn(['images', 'archive'], path)
        if (form.platform) document.setIn(['images', 'platform'], form.platform)
        for (const role of roles) document.setIn(['images', role], repository(role))
        registry.declare(document)
      })
      const args = ['--state', await newFolder(installation), '-target', 'image', '-f', file]
      expectExit(await installation.groundcrew(['apply', '--auto-approve', ...args]), 0)
      for (const role of roles) {
        const reference = `${repository(role)}:v3.0.0`
        expectSame(await pullWithSkopeo(installation, registry, reference), configs[role])
        expectSame(await pullWithCrane(installation, registry, reference), configs[role])
      }
      expectText(expectExit(await installation.groundcrew(['plan', ...args]), 0).stdout, 'No changes')
      return roles.map((role) => configs[role].slice(0, 14)).join(', ')
    })
  }
}

for (const invalid of invalidArchives) {
  const test = invalid.isQuick ? suite : suite.full
  test(`an archive ${invalid.name}: exit 1 with a fix, and nothing is written but the lock`, (installation) =>
    refused(installation, invalid))
}

suite('an archive that changes between reading and pushing: exit 1, and no tag is written', async (installation) => {
  const [backend, launcher] = [await image('spacelift-backend:v3.0.0', { bytes: 300_000 }), await image('spacelift-launcher:v3.0.0')]
  const archive = join(installation.lab.dir, 'changing')
  await writeFile(archive, await tar(classic(backend, launcher)))
  const file = await installation.withEdits('changing', (document) => {
    document.setIn(['images', 'archive'], archive)
    for (const role of roles) document.setIn(['images', role], `${installation.lab.env.REGISTRY}/changing/${role}`)
  })
  const args = ['--state', await newFolder(installation), '-target', 'image', '-f', file]
  expectExit(await installation.groundcrew(['plan', ...args]), 0)
  await changeSilently(archive)
  const { stdout, stderr } = expectExit(await installation.groundcrew(['apply', '--auto-approve', ...args]), 1)
  expectText(stdout + stderr, /archive\/wrong-digest/)
  const tags = await installation.client('bash', '-c', 'crane ls $REGISTRY/changing/backend 2>&1 || true')
  if (tags.includes('v3.0.0')) throw new Error(`the tag exists: ${tags}`)
})

suite.run()

const newFolder = (installation: LabInstallation): Promise<string> => mkdtemp(join(installation.lab.dir, 'images-'))

async function refused(installation: LabInstallation, { code, sha256, bytes }: InvalidArchive): Promise<string | undefined> {
  const archive = join(installation.lab.dir, 'invalid-archive')
  await writeFile(archive, await bytes(await sourcesOf(installation)))
  const file = await installation.withEdits('invalid', (document) => {
    document.setIn(['images', 'archive'], archive)
    if (sha256) document.setIn(['images', 'archiveSha256'], sha256)
  })
  const stop = await installation.lab.record()
  const { stderr } = expectExit(await installation.groundcrew(['apply', '--auto-approve', '-f', file]), 1)
  expectText(stderr, new RegExp(`\\(${code}\\)`))
  expectText(stderr, /^ {2}Fix: /m)
  const { registry, kubernetes, minio } = await stop()
  // The lock is acquired before the images of the archive are compared with the file.
  const written = [registry, kubernetes, minio].flatMap((requests) => writes(requests)).filter(({ path }) => !path.includes('/leases'))
  if (written.length > 0) throw new Error(JSON.stringify(written[0]))
  return /\(([a-z-]+\/[a-z-]+)\)/.exec(stderr)?.[1]
}

/** Changes only a file's content: its size and time stay. */
async function changeSilently(path: string): Promise<void> {
  const { atime, mtime } = await stat(path)
  const file = await open(path, 'r+')
  await file.write(Buffer.from('changed'), 0, 7, 100_000)
  await file.close()
  await utimes(path, atime, mtime)
}

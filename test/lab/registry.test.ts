import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import type { ArchivedImage, ArchiveIndex, Installation, Registry, Repository } from '../../src/installation/installation.ts'
import type { Problem } from '../../src/values/problem.ts'
import { Sealed } from '../../src/values/sealed.ts'
import { indexArchive } from '../../src/world/archive/indexArchive.ts'
import type { Processes } from '../../src/world/ports/process.ts'
import type { ImagePush, PushProgress } from '../../src/world/ports/registry.ts'
import { openRegistries, type Registries } from '../../src/world/registry/registry.ts'
import { inLab } from './support.ts'

type Context = { lab: Lab; archive: ArchiveIndex; opened: Registries[] }
const registry = suite<Context>('registry')

registry.before(async (context) => {
  context.lab = await startLab({ imageSize: '4MiB' })
  const folder = dirname(context.lab.desiredState)
  const name = (await readdir(folder)).find((file) => file.startsWith('self-hosted-')) ?? ''
  context.archive = await indexArchive(join(folder, name), { cacheDir: join(context.lab.dir, 'cache') })
  context.opened = []
})
registry.after(async (context) => {
  for (const registries of context.opened) registries.close()
  await context.lab?.stop()
})

/** The lab's registry, by default with the login of the file. */
function open(context: Context, settings: Partial<Registry> & { login?: false | string } = {}): Registries {
  const { lab } = context
  const { login, ...rest } = settings
  const host = lab.env.REGISTRY as string
  const password = Sealed.of(typeof login === 'string' ? login : (lab.env.REGISTRY_PASSWORD as string))
  const declared: Registry = {
    host,
    caFile: lab.env.REGISTRY_CA as string,
    plainHttp: false,
    ...(login !== false && { username: lab.env.REGISTRY_USERNAME as string, password: { at: '/p', from: { env: 'X' } } }),
    ...rest,
  }
  const installation = {
    registries: [declared],
    images: { platform: 'linux/amd64', backend: at(context, 'a/b'), launcher: at(context, 'a/c') },
  } as unknown as Installation
  const processes = {} as Processes
  const opened = openRegistries(
    { installation, secrets: new Map([['/p', password]]) },
    { env: login === false ? lab.env : {}, home: '/nowhere', processes },
  )
  context.opened.push(opened)
  return opened
}

const at = (context: Context, path: string, host = context.lab.env.REGISTRY as string): Repository => ({ host, path })

function push(context: Context, path: string, image: ArchivedImage, progress: PushProgress[] = []): ImagePush {
  return {
    repository: at(context, path),
    tag: 'v3.0.0',
    archive: context.archive.path,
    image,
    signal: AbortSignal.timeout(30_000),
    beforeWrite: async () => {},
    onProgress: (event) => progress.push(event),
  }
}

async function whyUnknown(registries: Registries, repository: Repository): Promise<Problem> {
  const read = await registries.image(repository, 'v3.0.0')
  if (read.is !== 'unknown') throw new Error(`the image is ${read.is}`)
  return read.why
}

registry('a missing image is absent by the registry’s own error code', async (context) => {
  assert.equal(await open(context).image(at(context, 'nothing/here'), 'v1'), { is: 'absent', provedBy: 'MANIFEST_UNKNOWN' })
})

registry('a pushed image is pulled back by skopeo with the archive’s config digest', async (context) => {
  const registries = open(context)
  for (const image of context.archive.images) {
    const path = image.tag.split(':')[0] as string
    const pushed = await registries.push(push(context, path, image))
    assert.equal(await registries.image(at(context, path), 'v3.0.0'), { is: 'present', value: pushed })
    assert.is(pushed.configDigest, image.config.digest)
    const config = await inLab(context.lab, `skopeo inspect --config --raw docker://$REGISTRY/${path}:v3.0.0`)
    assert.is(`sha256:${createHash('sha256').update(config).digest('hex')}`, image.config.digest)
    await inLab(context.lab, `skopeo copy -q docker://$REGISTRY/${path}:v3.0.0 dir:${context.lab.dir}/pulled-${path}`)
  }
})

registry('a second push sends no blob; after the loss of a layer only this layer is sent', async (context) => {
  const registries = open(context)
  const image = context.archive.images[0] as ArchivedImage
  const path = 'twice/image'
  const first: PushProgress[] = []
  await registries.push(push(context, path, image, first))
  assert.is(
    first.at(-1)?.doneBytes,
    [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0),
  )
  const second: PushProgress[] = []
  await registries.push(push(context, path, image, second))
  assert.equal(second, [{ doneBytes: 0, totalBytes: 0, blobs: 4, blobsPresent: 4 }])
  const layer = image.layers[1] as ArchivedImage['layers'][0]
  await inLab(
    context.lab,
    `curl -fsS -u "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" --cacert $REGISTRY_CA -X DELETE https://$REGISTRY/v2/${path}/blobs/${layer.digest}`,
  )
  const third: PushProgress[] = []
  await registries.push(push(context, path, image, third))
  assert.is(third.at(-1)?.doneBytes, layer.size)
})

registry('an index is read by its platform', async (context) => {
  const registries = open(context)
  const image = context.archive.images[0] as ArchivedImage
  const pushed = await registries.push(push(context, 'multi/image', image))
  const size = (await inLab(context.lab, 'skopeo inspect --raw docker://$REGISTRY/multi/image:v3.0.0')).length
  const row = (architecture: string, os = 'linux') => ({
    mediaType: pushed.mediaType,
    digest: pushed.manifestDigest,
    size,
    platform: { os, architecture },
  })
  const put = async (tag: string, rows: unknown[]) => {
    const file = join(context.lab.dir, 'index.json')
    await writeFile(file, JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: rows }))
    await inLab(
      context.lab,
      `curl -fsS -u "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" --cacert $REGISTRY_CA -X PUT -H 'content-type: application/vnd.oci.image.index.v1+json' --data-binary @${file} https://$REGISTRY/v2/multi/image/manifests/${tag}`,
    )
    const read = await registries.image(at(context, 'multi/image'), tag)
    return read.is === 'present' ? read.value.configDigest : read.is
  }
  assert.is(await put('both', [row('unknown', 'unknown'), row('amd64')]), image.config.digest)
  assert.is(await put('arm', [row('arm64')]), 'none for linux/amd64')
})

registry('a removed image is absent, and removing it again is no error', async (context) => {
  const registries = open(context)
  const image = context.archive.images[0] as ArchivedImage
  const { manifestDigest } = await registries.push(push(context, 'gone/image', image))
  await registries.remove(at(context, 'gone/image'), manifestDigest)
  assert.is((await registries.image(at(context, 'gone/image'), 'v3.0.0')).is, 'absent')
  await registries.remove(at(context, 'gone/image'), manifestDigest)
})

registry('docker’s login is used when the file has none', async (context) => {
  assert.is((await open(context, { login: false }).image(at(context, 'nothing/here'), 'v1')).is, 'absent')
})

registry('a wrong password, a wrong CA and a refused connection have their own problems', async (context) => {
  assert.is((await whyUnknown(open(context, { login: 'wrong' }), at(context, 'a/b'))).code, 'registry/wrong-password')
  const other = (await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8')).split('-----END CERTIFICATE-----')[0]
  const caFile = join(context.lab.dir, 'other-ca.pem')
  await writeFile(caFile, `${other}-----END CERTIFICATE-----\n`)
  assert.is((await whyUnknown(open(context, { caFile }), at(context, 'a/b'))).code, 'registry/untrusted-certificate')
  assert.is((await whyUnknown(open(context, { caFile: '/no/such.pem' }), at(context, 'a/b'))).code, 'registry/ca-file')
  assert.is((await whyUnknown(open(context), at(context, 'a/b', '127.0.0.1:1'))).code, 'registry/refused-connection')
})

registry('a listener that never responds is reported within ten seconds', async (context) => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const began = performance.now()
  assert.is((await whyUnknown(open(context), at(context, 'a/b', `127.0.0.1:${port}`))).code, 'registry/silent')
  assert.ok(performance.now() - began < 10_000)
  server.close()
})

registry('a push continues after a restart of the registry', async (context) => {
  const registries = open(context)
  const image = context.archive.images[0] as ArchivedImage
  const server = context.lab.server('registry')
  let cut = false
  const pushing = push(context, 'cut/image', image)
  const done = registries.push({
    ...pushing,
    onProgress: async ({ blobsPresent }) => {
      if (blobsPresent !== 1 || cut) return
      cut = true
      await server.stop()
      await server.start()
    },
  })
  assert.is((await done).configDigest, image.config.digest)
  assert.ok(cut)
  await inLab(context.lab, `skopeo copy -q docker://$REGISTRY/cut/image:v3.0.0 dir:${context.lab.dir}/pulled-cut`)
})

registry.run()

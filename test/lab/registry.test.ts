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
import type { PushImage, PushProgress } from '../../src/world/ports/registry.ts'
import { openRegistries, type Registries } from '../../src/world/registry/registry.ts'
import { inLab } from './support.ts'

type Context = { lab: Lab; archive: ArchiveIndex; opened: Registries[] }
const registry = suite<Context>('registry')

registry.before(async (it) => {
  it.lab = await startLab({ imageSize: '4MiB' })
  const folder = dirname(it.lab.desiredState)
  const name = (await readdir(folder)).find((one) => one.startsWith('self-hosted-')) ?? ''
  it.archive = await indexArchive(join(folder, name), { cacheDir: join(it.lab.dir, 'cache') })
  it.opened = []
})
registry.after(async (it) => {
  for (const one of it.opened) one.close()
  await it.lab?.stop()
})

/** The lab's registry, with a login from the file unless told otherwise. */
function open(it: Context, settings: Partial<Registry> & { login?: false | string } = {}): Registries {
  const { lab } = it
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
    images: { platform: 'linux/amd64', backend: at(it, 'a/b'), launcher: at(it, 'a/c') },
  } as unknown as Installation
  const processes = {} as Processes
  const opened = openRegistries(
    { installation, secrets: new Map([['/p', password]]) },
    { env: login === false ? lab.env : {}, home: '/nowhere', processes },
  )
  it.opened.push(opened)
  return opened
}

const at = (it: Context, path: string, host = it.lab.env.REGISTRY as string): Repository => ({ host, path })

function push(it: Context, path: string, image: ArchivedImage, progress: PushProgress[] = []): PushImage {
  return {
    repository: at(it, path),
    tag: 'v3.0.0',
    archive: it.archive.path,
    image,
    signal: AbortSignal.timeout(30_000),
    beforeWrite: async () => {},
    onProgress: (one) => progress.push(one),
  }
}

async function whyUnknown(registries: Registries, repository: Repository): Promise<Problem> {
  const read = await registries.image(repository, 'v3.0.0')
  if (read.is !== 'unknown') throw new Error(`it is ${read.is}`)
  return read.why
}

registry('what is not there is absent by the registry’s own word', async (it) => {
  assert.equal(await open(it).image(at(it, 'nothing/here'), 'v1'), { is: 'absent', provedBy: 'MANIFEST_UNKNOWN' })
})

registry('a pushed image is pulled back by skopeo with the archive’s config digest', async (it) => {
  const registries = open(it)
  for (const image of it.archive.images) {
    const path = image.tag.split(':')[0] as string
    const pushed = await registries.push(push(it, path, image))
    assert.equal(await registries.image(at(it, path), 'v3.0.0'), { is: 'present', value: pushed })
    assert.is(pushed.configDigest, image.config.digest)
    const config = await inLab(it.lab, `skopeo inspect --config --raw docker://$REGISTRY/${path}:v3.0.0`)
    assert.is(`sha256:${createHash('sha256').update(config).digest('hex')}`, image.config.digest)
    await inLab(it.lab, `skopeo copy -q docker://$REGISTRY/${path}:v3.0.0 dir:${it.lab.dir}/pulled-${path}`)
  }
})

registry('a second push sends no blob; one lost layer is the only one sent again', async (it) => {
  const registries = open(it)
  const image = it.archive.images[0] as ArchivedImage
  const path = 'twice/image'
  const first: PushProgress[] = []
  await registries.push(push(it, path, image, first))
  assert.is(
    first.at(-1)?.doneBytes,
    [image.config, ...image.layers].reduce((sum, { size }) => sum + size, 0),
  )
  const second: PushProgress[] = []
  await registries.push(push(it, path, image, second))
  assert.equal(second, [{ doneBytes: 0, totalBytes: 0, blobs: 4, blobsPresent: 4 }])
  const layer = image.layers[1] as ArchivedImage['layers'][0]
  await inLab(
    it.lab,
    `curl -fsS -u "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" --cacert $REGISTRY_CA -X DELETE https://$REGISTRY/v2/${path}/blobs/${layer.digest}`,
  )
  const third: PushProgress[] = []
  await registries.push(push(it, path, image, third))
  assert.is(third.at(-1)?.doneBytes, layer.size)
})

registry('an index is read by its platform', async (it) => {
  const registries = open(it)
  const image = it.archive.images[0] as ArchivedImage
  const pushed = await registries.push(push(it, 'multi/image', image))
  const size = (await inLab(it.lab, 'skopeo inspect --raw docker://$REGISTRY/multi/image:v3.0.0')).length
  const row = (architecture: string, os = 'linux') => ({
    mediaType: pushed.mediaType,
    digest: pushed.manifestDigest,
    size,
    platform: { os, architecture },
  })
  const put = async (tag: string, rows: unknown[]) => {
    const file = join(it.lab.dir, 'index.json')
    await writeFile(file, JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: rows }))
    await inLab(
      it.lab,
      `curl -fsS -u "$REGISTRY_USERNAME:$REGISTRY_PASSWORD" --cacert $REGISTRY_CA -X PUT -H 'content-type: application/vnd.oci.image.index.v1+json' --data-binary @${file} https://$REGISTRY/v2/multi/image/manifests/${tag}`,
    )
    const read = await registries.image(at(it, 'multi/image'), tag)
    return read.is === 'present' ? read.value.configDigest : read.is
  }
  assert.is(await put('both', [row('unknown', 'unknown'), row('amd64')]), image.config.digest)
  assert.is(await put('arm', [row('arm64')]), 'none for linux/amd64')
})

registry('a removed image is gone, and gone stays no error', async (it) => {
  const registries = open(it)
  const image = it.archive.images[0] as ArchivedImage
  const { manifestDigest } = await registries.push(push(it, 'gone/image', image))
  await registries.remove(at(it, 'gone/image'), manifestDigest)
  assert.is((await registries.image(at(it, 'gone/image'), 'v3.0.0')).is, 'absent')
  await registries.remove(at(it, 'gone/image'), manifestDigest)
})

registry('the login that docker left is used when the file has none', async (it) => {
  assert.is((await open(it, { login: false }).image(at(it, 'nothing/here'), 'v1')).is, 'absent')
})

registry('a wrong password, a wrong CA and a refused connection are told apart', async (it) => {
  assert.is((await whyUnknown(open(it, { login: 'wrong' }), at(it, 'a/b'))).code, 'registry/wrong-password')
  const other = (await readFile('/etc/ssl/certs/ca-certificates.crt', 'utf8')).split('-----END CERTIFICATE-----')[0]
  const caFile = join(it.lab.dir, 'other-ca.pem')
  await writeFile(caFile, `${other}-----END CERTIFICATE-----\n`)
  assert.is((await whyUnknown(open(it, { caFile }), at(it, 'a/b'))).code, 'registry/untrusted-certificate')
  assert.is((await whyUnknown(open(it, { caFile: '/no/such.pem' }), at(it, 'a/b'))).code, 'registry/ca-file')
  assert.is((await whyUnknown(open(it), at(it, 'a/b', '127.0.0.1:1'))).code, 'registry/refused-connection')
})

registry('a listener that says nothing is answered for within ten seconds', async (it) => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const began = performance.now()
  assert.is((await whyUnknown(open(it), at(it, 'a/b', `127.0.0.1:${port}`))).code, 'registry/silent')
  assert.ok(performance.now() - began < 10_000)
  server.close()
})

registry('a registry that goes away in mid push and comes back gets the rest', async (it) => {
  const registries = open(it)
  const image = it.archive.images[0] as ArchivedImage
  const server = it.lab.server('registry')
  let cut = false
  const pushing = push(it, 'cut/image', image)
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
  await inLab(it.lab, `skopeo copy -q docker://$REGISTRY/cut/image:v3.0.0 dir:${it.lab.dir}/pulled-cut`)
})

registry.run()

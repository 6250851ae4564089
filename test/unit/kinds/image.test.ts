import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedImage, ArchiveIndex, Installation, Resolved } from '../../../src/installation/installation.ts'
import { image } from '../../../src/kinds/image.ts'
import type { ApplyContext, Declared, ReadContext, Recorded, Upstream } from '../../../src/kinds/kind.ts'
import type { Position } from '../../../src/values/position.ts'
import { ProblemError } from '../../../src/values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../../src/values/readResult.ts'
import type { LivePod } from '../../../src/world/ports/cluster.ts'
import type { ImagePush, LiveImage } from '../../../src/world/ports/registry.ts'

const at: Position = { file: 'desired-state.yaml', line: 8, col: 12 }
const why = { code: 'registry/refused', summary: 'no', remedy: 'none' }

function archived(tag: string, config = `config of ${tag}`, platform = 'linux/amd64'): ArchivedImage {
  const blob = { digest: config, size: 1, mediaType: 'm', tar: 't', entry: 'e' }
  return { tag, config: blob, layers: [blob], platform, content: `content of ${config}` }
}

function resolved(images?: readonly ArchivedImage[]): Resolved {
  const archive: ArchiveIndex | undefined = images && { path: '/a/self-hosted.tar.gz', images }
  const installation = {
    version: 'v3.0.0',
    kubernetes: { namespace: 'spacelift' },
    images: {
      platform: 'linux/amd64',
      ...(archive && { archive: archive.path }),
      backend: { host: 'registry.example.com:5000', path: 'spacelift/backend' },
      launcher: { host: 'registry.example.com:5000', path: 'spacelift/launcher' },
    },
    positions: new Map([
      ['/version', { ...at, line: 2 }],
      ['/images/archive', at],
      ['/images/backend', { ...at, line: 9 }],
    ]),
  } as unknown as Installation
  return { installation, secrets: new Map(), chart: {} as Resolved['chart'], ...(archive && { archive }) }
}

const BOTH = [archived('docker.io/library/spacelift-backend:v3.0.0', 'B'), archived('spacelift-launcher:v3.0.0', 'L')]
type Material = Declared<import('../../../src/kinds/image.ts').ImageMaterial>
const backend = (it: Resolved = resolved(BOTH)) => image.declare(it)[0] as Material
const live = (config: string, manifest = `manifest of ${config}`): ReadResult<LiveImage> =>
  present({ configDigest: config, manifestDigest: manifest, mediaType: 'm' })

/** A registry with one tag; pushing puts there what was pushed. */
class FakeRegistry {
  now: ReadResult<LiveImage>
  readonly log: string[] = []
  /** What pods run in the namespace. */
  pods: ReadResult<readonly LivePod[]> = present([])
  /** Content by config digest, and images by manifest digest, besides the tag's. */
  readonly contents = new Map<string, ReadResult<string>>()
  readonly others = new Map<string, ReadResult<LiveImage>>()
  constructor(now: ReadResult<LiveImage>) {
    this.now = now
  }
  image = async (_: unknown, reference: string) =>
    reference === 'v3.0.0' ? this.now : (this.others.get(reference) ?? absent<LiveImage>('x'))
  content = async (_: unknown, config: string) => this.contents.get(config) ?? absent<string>('BLOB_UNKNOWN')
  push = async (it: ImagePush) => {
    await it.beforeWrite()
    it.onProgress({ doneBytes: 1, totalBytes: 2, blobs: 2, blobsPresent: 1 })
    this.log.push(`push ${it.repository.host}/${it.repository.path}:${it.tag} from ${it.archive}`)
    this.now = live(it.image.config.digest)
    return { configDigest: it.image.config.digest, manifestDigest: 'm', mediaType: 'm' }
  }
  remove = async (_: unknown, digest: string) => {
    this.log.push(`remove ${digest}`)
  }
  work(): ApplyContext & ReadContext {
    const world = { registry: this, cluster: { pods: async () => this.pods } } as unknown as ApplyContext['world']
    const assertLockHeld = async () => void this.log.push('assertLockHeld')
    const emit: ApplyContext['emit'] = (it) => void this.log.push(JSON.stringify(it))
    return { world, view: world, assertLockHeld, emit, signal: AbortSignal.timeout(5000) } as unknown as ApplyContext & ReadContext
  }
}

async function plan(registry: FakeRegistry, declared: Material = backend()) {
  const seen = await image.observe(registry.work(), declared)
  const { facts } = await image.desire(registry.work(), declared, seen, {} as Upstream)
  return { address: declared.address, action: 'repair', edits: [], declared, desired: facts, basis: undefined, observed: seen } as const
}

async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
  } catch (error) {
    return error instanceof ProblemError ? error.problems.map((p) => p.code).join(' ') : String(error)
  }
  return undefined
}

test('both images of the version are declared from the archive, whatever prefix the tags have', () => {
  const all = image.declare(resolved(BOTH))
  assert.equal(
    all.map((one) => [one.address, one.material.tag, one.material.archived?.image.config.digest]),
    [
      ['image/backend', 'v3.0.0', 'B'],
      ['image/launcher', 'v3.0.0', 'L'],
    ],
  )
  assert.equal(all[0]?.origins.get('/config'), at)
  assert.equal(all[0]?.origins.get(''), { ...at, line: 9 })
  assert.is(all[1]?.origins.get(''), 'guide')
})

test('without an archive, any image under the tag is as declared', () => {
  assert.is((backend(resolved()).origins.get('/config') as Position).line, 2)
})

test('an archive of another version is refused for both images, with what it holds', async () => {
  const images = [archived('spacelift-backend:v2.9.0'), archived('spacelift-launcher:v2.9.0')]
  const error = (() => {
    try {
      image.declare(resolved(images))
    } catch (thrown) {
      return thrown as ProblemError
    }
    return undefined
  })()
  assert.equal(
    error?.problems.map((p) => [p.code, p.at]),
    [
      ['image/not-in-archive', at],
      ['image/not-in-archive', at],
    ],
  )
  assert.match(error?.problems[0]?.detail ?? '', 'spacelift-backend:v2.9.0 (linux/amd64), spacelift-launcher:v2.9.0')
})

test('of several platforms the declared one is used; a missing one is reported', async () => {
  const arm = BOTH.map((one) => ({ ...one, platform: 'linux/arm64', config: { ...one.config, digest: 'ARM' } }))
  assert.is(backend(resolved([...arm, ...BOTH])).material.archived?.image.config.digest, 'B')
  assert.is(await codeOf(() => image.declare(resolved(arm))), 'image/wrong-platform image/wrong-platform')
})

test('facts hold what the tag is; absent and unknown are passed on', async () => {
  const look = new FakeRegistry(live('X', 'sha256:m')).work()
  const seen = await image.observe(look, backend())
  assert.equal(seen.is === 'present' && [seen.facts, seen.guard], [
    { reference: 'registry.example.com:5000/spacelift/backend:v3.0.0', config: 'X' },
    'sha256:m',
  ])
  assert.is((await image.observe(new FakeRegistry(absent('MANIFEST_UNKNOWN')).work(), backend())).is, 'absent')
  assert.is((await image.observe(new FakeRegistry(unknown(why)).work(), backend())).is, 'unknown')
})

test('the archive determines the desired image; without one the tag must exist', async () => {
  assert.is((await plan(new FakeRegistry(live('X')))).desired.config, 'B')
  assert.is((await plan(new FakeRegistry(live('sha256:x')), backend(resolved()))).desired.config, 'sha256:x')
  assert.is(await codeOf(() => plan(new FakeRegistry(absent('x')), backend(resolved()))), 'image/not-in-registry')
  assert.is(await codeOf(() => plan(new FakeRegistry(live('none for linux/amd64')), backend(resolved()))), 'image/other-platform')
  assert.equal(image.exposedTo({ reference: 'r', config: 'X' }), { config: 'X' })
})

test('converge pushes under the lock and reads the image back', async () => {
  const registry = new FakeRegistry(absent('MANIFEST_UNKNOWN'))
  const change = await plan(registry)
  const done = await image.converge(registry.work(), change)
  assert.equal(done, { facts: change.desired, guard: 'manifest of B' })
  assert.equal(registry.log, [
    'assertLockHeld',
    '{"message":"1 of 2 blobs are in the registry,","done":1,"total":2,"unit":"bytes"}',
    'push registry.example.com:5000/spacelift/backend:v3.0.0 from /a/self-hosted.tar.gz',
  ])
})

test('an image that is already pushed is not pushed again', async () => {
  const registry = new FakeRegistry(live('X'))
  const change = await plan(registry)
  registry.now = live('B')
  await image.converge(registry.work(), change)
  assert.equal(registry.log, [])
})

test('a tag that moved since it was observed is not overwritten', async () => {
  for (const [before, after] of [
    [live('X'), live('Y')],
    [live('X'), absent<LiveImage>('x')],
    [absent<LiveImage>('x'), live('X')],
  ] as const) {
    const registry = new FakeRegistry(before)
    const change = await plan(registry)
    registry.now = after
    assert.is(await codeOf(() => image.converge(registry.work(), change)), 'image/changed-meanwhile')
    assert.equal(registry.log, [])
  }
})

test('an image that another pipeline pushes meanwhile is reported', async () => {
  const registry = new FakeRegistry(absent('x'))
  const change = await plan(registry)
  const push = registry.push
  registry.push = async (it) => {
    const pushed = await push(it)
    registry.now = live('Z')
    return pushed
  }
  assert.is(await codeOf(() => image.converge(registry.work(), change)), 'image/not-as-pushed')
})

test('only the recorded manifest is removed', async () => {
  const facts = { reference: 'registry.example.com:5000/spacelift/backend:v3.0.0', config: 'X' }
  const recorded: Recorded<typeof facts> = { address: backend().address, facts, guard: 'manifest of X', after: [], provenance: 'created' }
  const registry = new FakeRegistry(live('X'))
  await image.remove(registry.work(), recorded, await image.observe(registry.work(), recorded))
  assert.equal(registry.log, ['assertLockHeld', 'remove manifest of X'])
  registry.now = live('X', 'another manifest')
  const moved = await image.observe(registry.work(), recorded)
  assert.is(await codeOf(() => image.remove(registry.work(), recorded, moved)), 'image/changed-meanwhile')
})

const hex = (letter: string): string => `sha256:${letter.repeat(64)}`
const ours = archived('spacelift-backend:v3.0.0', hex('b'))
const declared = () => backend(resolved([ours, archived('spacelift-launcher:v3.0.0', 'L')]))

/** What the plan says the tag is and should be. */
async function compared(registry: FakeRegistry): Promise<readonly [string, string]> {
  const { observed: seen, desired: wanted } = await plan(registry, declared())
  return [seen.is === 'present' ? seen.facts.config : seen.is === 'unknown' ? seen.why.code : seen.is, wanted.config]
}

test('a converted image is the same image, and has the known config', async () => {
  const registry = new FakeRegistry(live(hex('c')))
  registry.contents.set(hex('c'), present(ours.content))
  assert.equal(await compared(registry), [hex('b'), hex('b')])
  registry.contents.set(hex('c'), present('other content'))
  assert.equal(await compared(registry), [hex('c'), hex('b')])
})

test('a converted image whose config the registry lost is a different image; one that cannot be read is unknown', async () => {
  const registry = new FakeRegistry(live(hex('c')))
  assert.equal(await compared(registry), [hex('c'), hex('b')])
  registry.contents.set(hex('c'), unknown(why))
  assert.is((await image.observe(registry.work(), declared())).is, 'unknown')
})

test('a recorded image is recognised by its manifest, a conversion of it by its content', async () => {
  const facts = { reference: 'registry.example.com:5000/spacelift/backend:v3.0.0', config: hex('b') }
  const recorded: Recorded<typeof facts> = { address: backend().address, facts, guard: 'guard', after: [], provenance: 'adopted' }
  const configOf = async (now: ReadResult<LiveImage>, contents: [string, ReadResult<string>][] = []) => {
    const registry = new FakeRegistry(now)
    for (const [config, content] of contents) registry.contents.set(config, content)
    const seen = await image.observe(registry.work(), recorded)
    return seen.is === 'present' && seen.facts.config
  }
  assert.is(await configOf(live(hex('c'), 'guard')), hex('b'))
  const both: [string, ReadResult<string>][] = [
    [hex('b'), present('same')],
    [hex('c'), present('same')],
  ]
  assert.is(await configOf(live(hex('c')), both), hex('b'))
  assert.is(await configOf(live(hex('c'))), hex('c'))
})

/** A pod whose node says this of its containers: `spacelift-server-1-x` is of the Deployment spacelift-server and its template 1. */
function pod(name: string, ids: readonly (string | undefined)[], created = '2026-01-01T00:00:00Z'): LivePod {
  const reference = 'registry.example.com:5000/spacelift/backend:v3.0.0'
  const containers = [{ image: 'other:1', imageId: `other@${hex('f')}` }]
  const [, deployment, template = ''] = /^(.+)-(\d)-\w+$/.exec(name) ?? []
  return {
    name,
    created,
    containers: [...containers, ...ids.map((id) => ({ image: reference, ...(id && { imageId: id }) }))],
    ...(deployment && { deployment: { name: deployment, template } }),
  }
}

/** What a plan wants while these pods run. */
async function wantedBeside(registry: FakeRegistry, pods: readonly LivePod[]) {
  registry.pods = present(pods)
  const work = registry.work()
  return image.desire(work, declared(), await image.observe(work, declared()), {} as Upstream)
}

/** Findings of a plan while pods run what their nodes say. */
async function findings(registry: FakeRegistry, pods: { readonly [name: string]: readonly (string | undefined)[] }) {
  const { findings: found = [] } = await wantedBeside(
    registry,
    Object.entries(pods).map(([name, ids]) => pod(name, ids)),
  )
  return found
}

const settled = () => new FakeRegistry(present({ manifestDigest: hex('1'), imageDigest: hex('2'), configDigest: hex('b'), mediaType: 'm' }))

test('pods that run a different image than the tag are a finding that names them', async () => {
  const [found, ...more] = await findings(settled(), {
    one: [`h/spacelift/backend@${hex('3')}`],
    two: [`h/b@${hex('1')}`],
    three: [`h/b@${hex('4')}`],
  })
  assert.equal(more, [])
  assert.is(found?.code, 'image/pods-run-another')
  assert.is(found?.address, 'image/backend')
  assert.match(found?.summary ?? '', '2 pods run a different image')
  assert.is(found?.detail, `registry: ${hex('1')}\none: ${hex('3')}\nthree: ${hex('4')}`)
})

test('the digests of index, platform and config, and a node that reports none, are no finding', async () => {
  const ids = [`h/b@${hex('1')}`, `docker-pullable://h/b@${hex('2')}`, `docker://${hex('b')}`, hex('b'), undefined, 'h/b:v3.0.0']
  assert.equal(await findings(settled(), { one: ids }), [])
})

test('another manifest of the same image is no finding', async () => {
  const registry = settled()
  registry.others.set(hex('5'), live(hex('b'), hex('5')))
  registry.others.set(hex('6'), live(hex('c'), hex('6')))
  registry.contents.set(hex('c'), present(ours.content))
  assert.equal(await findings(registry, { one: [`h/b@${hex('5')}`, `h/b@${hex('6')}`] }), [])
})

test('a Deployment is outdated only if the registry knows the image as a different one, and not by pods that are being replaced', async () => {
  const registry = settled()
  registry.others.set(hex('3'), live(hex('e'), hex('3')))
  registry.others.set(hex('5'), live(hex('b'), hex('5')))
  registry.others.set(hex('7'), unknown(why))
  const pods = [
    pod('spacelift-server-1-a', [`h/b@${hex('3')}`]),
    pod('spacelift-server-1-b', [`h/b@${hex('1')}`]),
    pod('spacelift-drain-1-a', [`h/b@${hex('4')}`, `h/b@${hex('5')}`, `h/b@${hex('7')}`]),
    pod('spacelift-scheduler-1-a', [`h/b@${hex('3')}`]),
    pod('spacelift-scheduler-2-a', [`h/b@${hex('1')}`], '2026-01-01T00:00:01Z'),
    pod('somebody', [`h/b@${hex('3')}`]),
  ]
  const { outdatedReaders: stale, findings: found = [] } = await wantedBeside(registry, pods)
  assert.equal([...(stale ?? [])], [['spacelift-server', [hex('3')]]])
  assert.match(found[0]?.summary ?? '', '4 pods run a different image')
})

test('no reader of a tag that this plan moves is outdated', async () => {
  const registry = new FakeRegistry(live(hex('c')))
  registry.others.set(hex('3'), live(hex('e'), hex('3')))
  assert.equal((await wantedBeside(registry, [pod('spacelift-server-1-a', [`h/b@${hex('3')}`])])).outdatedReaders, undefined)
})

test('what pods run is no finding while this plan moves the tag; pods that cannot be read are reported', async () => {
  assert.equal(await findings(new FakeRegistry(live(hex('c'))), { one: [`h/b@${hex('3')}`] }), [])
  const registry = settled()
  registry.pods = unknown(why)
  const work = registry.work()
  const { findings: found = [] } = await image.desire(work, declared(), await image.observe(work, declared()), {} as Upstream)
  assert.equal(
    found.map(({ code }) => code),
    ['image/pods-unknown'],
  )
})

test('an archive with different images of one name is refused; one image in two formats is not', () => {
  const launcher = archived('spacelift-launcher:v3.0.0', 'L')
  const converted = { ...archived('docker.io/library/spacelift-backend:v3.0.0', 'other config'), content: ours.content }
  assert.is(backend(resolved([ours, converted, launcher])).material.archived?.image, ours)
  const other = archived('mirror/spacelift-backend:v3.0.0', 'other')
  const error = codeOf(() => image.declare(resolved([ours, other, launcher])))
  return error.then((code) => assert.is(code, 'image/ambiguous'))
})

test('stored facts are read back, anything else is refused', async () => {
  const facts = { reference: 'h:5000/a/b:1', config: 'sha256:x' }
  assert.equal(image.readFacts(facts), facts)
  for (const other of [null, {}, { reference: 'h/a', config: 'x' }, { reference: 'h/a:1' }])
    assert.is(await codeOf(() => image.readFacts(other)), 'state/unreadable')
})

test.run()

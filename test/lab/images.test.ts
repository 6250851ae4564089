import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { expectExit, expectText, Site } from '../../scripts/accept/site.ts'

type Context = { site: Site }
const images = suite<Context>('what a tag is, on a real registry and cluster')

images.before(async (it) => {
  it.site = await Site.applied()
})
images.after(async (it) => {
  await it.site?.[Symbol.asyncDispose]()
})

type Pod = { metadata: { uid: string; name: string; deletionTimestamp?: string } }

async function pods({ site }: Context): Promise<Pod[]> {
  const { items } = JSON.parse(await site.kubectl('get', 'pods', '-n', 'spacelift', '-o', 'json')) as { items: Pod[] }
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

const uids = async (it: Context): Promise<string[]> => (await pods(it)).map(({ metadata }) => metadata.uid).sort()

/** The digest of what the tag names now. */
const digest = async ({ site }: Context, reference: string): Promise<string> => (await site.client('crane', 'digest', reference)).trim()

async function nothingToDo(it: Context): Promise<void> {
  expectText(expectExit(await it.site.plan(), 0).stdout, 'No changes.')
}

images('a conversion to OCI’s form in the registry is the same image', async (it) => {
  const { site } = it
  const [reference, before] = [site.image('backend'), await digest(it, site.image('backend'))]
  const config = () => site.client('crane', 'config', reference)
  const ours = await config()
  await site.client('skopeo', 'copy', '--quiet', '--format', 'v2s2', `docker://${reference}`, `docker://${reference}-docker`)
  await site.client('skopeo', 'copy', '--quiet', '--format', 'oci', `docker://${reference}-docker`, `docker://${reference}`)
  assert.is.not(await digest(it, reference), before)
  assert.is.not(await config(), ours, 'skopeo writes another config')
  await nothingToDo(it)
  await site.forgetState()
  await nothingToDo(it)
})

images('an index with our image among others is the same image', async (it) => {
  const { site } = it
  const reference = site.image('backend')
  await site.client('crane', 'mutate', '--set-platform', 'linux/arm64', '-t', `${reference}-arm`, site.image('launcher'))
  await site.client('crane', 'index', 'append', '-m', `${reference}-arm`, '-m', `${reference}-docker`, '-t', reference)
  expectText(await site.client('crane', 'manifest', reference), /"manifests"/)
  await nothingToDo(it)
})

images('a tag that moved is drift; moving it back restarts exactly its readers, each time', async (it) => {
  const { site } = it
  for (const image of ['launcher', 'busybox']) {
    const before = await uids(it)
    if (image === 'busybox')
      await site.client('crane', 'mutate', '--label', 'moved=twice', '-t', site.image('backend'), site.image('launcher'))
    else await site.client('crane', 'copy', site.image('launcher'), site.image('backend'))
    const plan = expectExit(await site.plan(), 2)
    expectText(plan.stdout, /Plan: 0 to add, 2 to change, 0 to destroy/)
    expectText(plan.stdout, /Restarts: .*drain.*scheduler.*server/)
    assert.equal(await uids(it), before, 'a plan restarts nothing')
    expectExit(await site.apply(), 0)
    const after = await uids(it)
    assert.is(after.length, before.length)
    assert.equal(
      after.filter((uid) => before.includes(uid)),
      [],
    )
    await nothingToDo(it)
    assert.equal(await uids(it), after)
  }
})

images('a launcher’s tag that moved back restarts the drain alone', async (it) => {
  const { site } = it
  const before = await pods(it)
  await site.client('crane', 'copy', site.image('backend'), site.image('launcher'))
  expectText(expectExit(await site.plan(), 2).stdout, /Restarts: spacelift-drain \(3 pods\)/)
  expectExit(await site.apply(), 0)
  const kept = new Set((await pods(it)).map(({ metadata }) => metadata.uid))
  const gone = before
    .filter(({ metadata }) => !kept.has(metadata.uid))
    .map(({ metadata }) => metadata.name.replace(/-[a-z0-9]+-[a-z0-9]+$/, ''))
  assert.equal(new Set(gone), new Set(['spacelift-drain']))
})

images('pods whose node says another digest are a finding; the right one, or none, is not', async (it) => {
  const { site } = it
  const reference = site.image('backend')
  const [one, two] = (await pods(it)).map(({ metadata }) => metadata.name)
  const says = async (pod: string, digest: string) => {
    const { spec, status } = JSON.parse(await site.kubectl('get', 'pod', '-n', 'spacelift', pod, '-o', 'json')) as PodDetail
    const [{ name }] = spec.containers
    const own = {
      ...status.containerStatuses?.[0],
      name,
      image: reference,
      imageID: `${reference.split(':v')[0]}@${digest}`,
      ready: true,
      restartCount: 0,
    }
    const patch = JSON.stringify({ status: { containerStatuses: [own] } })
    await site.kubectl('patch', 'pod', '-n', 'spacelift', pod, '--subresource=status', '--type=merge', '-p', patch)
  }
  await says(one as string, await digest(it, reference))
  assert.not.match(expectExit(await site.plan(), 0).stdout, 'runs another image')
  await says(two as string, `sha256:${'d'.repeat(64)}`)
  const told = expectExit(await site.plan(), 0).stdout
  expectText(told, /One pod runs another image than/)
  expectText(told, two as string)
  assert.not.match(told, one as string)
})

type PodDetail = { spec: { containers: [{ name: string }] }; status: { containerStatuses?: object[] } }

images.run()

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { killedAt } from '../acceptance/crashes/crashTrial.ts'
import { expectExit, expectText, LabInstallation } from '../acceptance/support/installation.ts'

type Context = { site: LabInstallation }
const images = suite<Context>('what a tag is, on a real registry and cluster')

images.before(async (it) => {
  it.site = await LabInstallation.applied()
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
  await site.deleteState()
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
    // The first time there is no state that remembers the image.
    if (image === 'busybox') expectText(plan.stdout, /~ release\/spacelift\/spacelift {2}\(drifted\)/)
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

images('an apply killed between the tag and its readers is finished: those whose pods run the other image restart', async (it) => {
  const { site } = it
  const reference = site.image('backend')
  const [one] = await podsOf(it, 'spacelift-server')
  await site.client('crane', 'copy', site.image('launcher'), reference)
  await says(it, one as Pod, await digest(it, reference))
  // begin, step and done of the image: the release's step is not begun.
  await killedAt(site, 'after:3')
  assert.is(await digest(it, reference), (await site.readState()).resources['image/backend']?.guard, 'the tag is right again')
  const before = await uids(it)
  const plan = expectExit(await site.plan(), 2).stdout
  expectText(plan, /One pod runs a different image than/)
  expectText(plan, /~ release\/spacelift\/spacelift {2}\(drifted\)/)
  expectText(plan, /Plan: 0 to add, 1 to change, 0 to destroy/)
  expectText(plan, /Restarts:\s+spacelift-server \(3 pods: they run a different\s+image\/backend\)/)
  expectExit(await site.apply(), 0)
  const servers = await podsOf(it, 'spacelift-server')
  const fresh = (await uids(it)).filter((uid) => !before.includes(uid))
  assert.equal(fresh, servers.map(({ metadata }) => metadata.uid).sort())
  await nothingToDo(it)
})

images('pods that come back with the other image are restarted no more: a finding', async (it) => {
  const { site } = it
  const [one] = await podsOf(it, 'spacelift-server')
  await says(it, one as Pod, (await site.client('crane', 'digest', site.image('launcher'))).trim())
  const told = expectExit(await site.plan(), 0).stdout
  expectText(told, /One pod runs a different image than/)
  expectText(told, (one as Pod).metadata.name)
})

images('a digest that the registry does not know is a finding, no restart; the right one, or none, is not even that', async (it) => {
  const { site } = it
  const [server, drain] = [(await podsOf(it, 'spacelift-server'))[0] as Pod, (await podsOf(it, 'spacelift-drain'))[0] as Pod]
  await says(it, server, await digest(it, site.image('backend')))
  await nothingToDo(it)
  await says(it, drain, `sha256:${'d'.repeat(64)}`)
  const told = expectExit(await site.plan(), 0).stdout
  expectText(told, /One pod runs a different image than/)
  expectText(told, drain.metadata.name)
  assert.not.match(told, server.metadata.name)
})

async function podsOf(it: Context, deployment: string): Promise<Pod[]> {
  return (await pods(it)).filter(({ metadata }) => new RegExp(`^${deployment}-[a-z0-9]+-[a-z0-9]+$`).test(metadata.name))
}

/** Has the pod's node say which digest it runs; the lab's nodes say nothing of themselves. */
async function says({ site }: Context, { metadata: { name: pod } }: Pod, digest: string): Promise<void> {
  const reference = site.image('backend')
  const { spec, status } = JSON.parse(await site.kubectl('get', 'pod', '-n', 'spacelift', pod, '-o', 'json')) as PodDetail
  const [{ name }] = spec.containers
  const imageID = `${reference.split(':v')[0]}@${digest}`
  const own = { ...status.containerStatuses?.[0], name, image: reference, imageID, ready: true, restartCount: 0 }
  const patch = JSON.stringify({ status: { containerStatuses: [own] } })
  await site.kubectl('patch', 'pod', '-n', 'spacelift', pod, '--subresource=status', '--type=merge', '-p', patch)
}

type PodDetail = { spec: { containers: [{ name: string }] }; status: { containerStatuses?: object[] } }

images.run()

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../scripts/lab/index.ts'
import type { State } from '../../../src/state/state.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { expectProblem } from '../support/output.ts'
import { canMount, MountedDisk } from './mountedDisk.ts'

const suite = acceptance('the state on a disk that is full or read-only', open)
const skip = (claim: string) => suite.skip(claim, 'this user may not mount a file system')
const test = canMount ? suite : skip
const testFull = canMount ? suite.full : skip

test('a disk that is full from the start: reported, and nothing is changed on any server', async ({ installation, disk }) => {
  await disk.leaveFree(0)
  const stop = await installation.lab.record()
  expectProblem(await installation.apply('--state', disk.state), /could not be written \(ENOSPC\)/)
  const { kubernetes, minio, registry } = await stop()
  // The lock is acquired before the history is written: its Lease and the namespace of that.
  const ofTheLock = /\/leases(\/|\?|$)|\/api\/v1\/namespaces\?/
  expectSame(
    writes([...kubernetes, ...minio, ...registry]).filter(({ path }) => !ofTheLock.test(path)),
    [],
  )
  if ((await installation.kubectl('get', 'namespace', 'spacelift', '--ignore-not-found')) !== '') throw new Error('the namespace exists')
})

testFull('a disk that fills up during an apply: reported, and the state can be read', async ({ installation, disk }) => {
  await disk.leaveFree(28 * 1024)
  const result = await installation.apply('--state', disk.state)
  expectProblem(result, /could not be written \(ENOSPC\)/)
  const { resources } = await readState(disk.state)
  return `${Object.keys(resources).length} resources recorded, ${result.stdout.match(/ created after/gi)?.length ?? 0} created`
})

test('with free space the next apply completes, and records every resource as created by groundcrew', async ({ installation, disk }) => {
  await disk.free()
  expectExit(await installation.apply('--state', disk.state), 0)
  await everythingMatchesGuide(installation)
  expectText(expectExit(await installation.plan('--state', disk.state), 0).stdout, 'No changes.')
  const records = Object.entries((await readState(disk.state)).resources)
  expectSame(
    records.filter(([, { provenance }]) => provenance !== 'created').map(([address]) => address),
    [],
  )
})

testFull('a read-only state is enough for a plan', (shared) =>
  whileReadOnly(shared, async (flags) => {
    expectText(expectExit(await shared.installation.plan(...flags), 0).stdout, 'No changes.')
  }),
)

test('apply with a read-only state: reported, and nothing is changed', (shared) =>
  whileReadOnly(shared, async (flags) => {
    await shared.installation.mc('version', 'suspend', 'lab/spacelift-states')
    expectProblem(await shared.installation.apply(...flags), /could not be written \(EROFS\)/)
    expectExit(await shared.installation.plan(...flags), 2)
  }))

testFull('state rm with a read-only state: reported', (shared) =>
  whileReadOnly(shared, async (flags) => {
    const result = await shared.installation.groundcrew(['state', 'rm', 'bucket/spacelift-states', ...flags])
    expectProblem(result, /could not be written \(EROFS\)/)
  }),
)

testFull('a file in the place of the history: reported by plan and apply', async ({ installation, disk }) => {
  const history = join(disk.state, 'history')
  await rename(history, `${history}.kept`)
  await writeFile(history, '')
  for (const result of [await installation.plan('--state', disk.state), await installation.apply('--state', disk.state)])
    expectProblem(result, /history .* could not be read \(ENOTDIR\)/)
})

async function readState(folder: string): Promise<State> {
  return JSON.parse(await readFile(join(folder, 'installation.json'), 'utf8')) as State
}

async function whileReadOnly({ disk }: { disk: MountedDisk }, act: (flags: readonly string[]) => Promise<void>): Promise<void> {
  await disk.setReadOnly(true)
  try {
    await act(['--state', disk.state])
  } finally {
    await disk.setReadOnly(false)
  }
}

async function open() {
  const installation = await LabInstallation.open()
  const disk = await MountedDisk.open(installation, '4m')
  const dispose = async () => {
    await disk[Symbol.asyncDispose]()
    await installation[Symbol.asyncDispose]()
  }
  return { installation, disk, [Symbol.asyncDispose]: dispose }
}

suite.run()

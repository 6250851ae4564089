import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Measurement } from '../../../../scripts/bench/measure.ts'
import { bundled, commandLine, makeBundle } from '../../../../scripts/bench/programs.ts'
import { writeSavedArchive } from '../../../../scripts/bench/push/archive.ts'
import { emptyRegistry, measurePush } from '../../../../scripts/bench/push/measure.ts'
import { type Pusher, pushers, workFolder } from '../../../../scripts/bench/push/pushers.ts'
import { inputFiles, version } from '../../../../scripts/lab/inputs/desiredState.ts'
import { writeReleaseArchive } from '../../../../scripts/lab/inputs/releaseArchive.ts'
import { acceptance } from '../../support/acceptance.ts'
import { LabInstallation } from '../../support/installation.ts'
import type { PushResult } from './push.ts'

const UNCHANGED_SECONDS = 0.1
const MEMORY_MB = 150
const PAIRS = 9
const REPEATED_PUSHES = 9
const LAYERS = ['first', 'second', 'third']
const GB = 1e9

/** Only full runs have a machine for themselves. */
const test = acceptance('what a push costs, in time and memory', async () => {
  const resources = new AsyncDisposableStack()
  const installation = resources.use(await LabInstallation.open())
  const { lab } = installation
  const work = resources.use(await workFolder())
  const { groundcrew, groundcrewCold, crane } = await pushers(lab, work.path)
  const small = join(work.path, 'small.tar')
  await writeSavedArchive({ path: small, bytes: 200e6, layers: LAYERS })
  return {
    ...{ installation, small, groundcrew, groundcrewCold, crane, work: work.path },
    measure: (pusher: Pusher, archive: string) => measurePush(pusher, archive, lab.env.REGISTRY ?? ''),
    emptyRegistry: () => emptyRegistry(lab, work.path),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
})

test.full(
  'a first push takes no longer than with crane, at the same compression',
  async ({ small, groundcrew, crane, measure, emptyRegistry }) => {
    // As after a plan: groundcrew has read the archive.
    await measure(groundcrew, small)
    const ratios: number[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      const seconds = new Map<Pusher, number>()
      for (const pusher of pair % 2 === 0 ? [groundcrew, crane] : [crane, groundcrew]) {
        await emptyRegistry()
        seconds.set(pusher, (await measure(pusher, small)).wall)
      }
      ratios.push((seconds.get(groundcrew) ?? Number.NaN) / (seconds.get(crane) ?? Number.NaN))
    }
    const text = `${median(ratios).toFixed(2)} of crane's time, the median of ${PAIRS} pairs`
    if (!(median(ratios) <= 1)) throw new Error(text)
    return text
  },
)

test.full(`a push of an image that exists sends no blob and takes at most ${UNCHANGED_SECONDS} s`, async (context) => {
  const { small, groundcrew, measure, emptyRegistry } = context
  await emptyRegistry()
  await measure(groundcrew, small)
  const pushes: { seconds: number; wall: number }[] = []
  for (let i = 0; i < REPEATED_PUSHES; i++) {
    const { stdout, wall } = await measure(groundcrew, small)
    const { sentBytes, seconds } = JSON.parse(stdout) as PushResult & { sentBytes: number }
    if (sentBytes !== 0) throw new Error(`it sent ${sentBytes} bytes`)
    pushes.push({ seconds, wall })
  }
  const [seconds, wall] = [median(pushes.map((push) => push.seconds)), median(pushes.map((push) => push.wall))]
  if (seconds > UNCHANGED_SECONDS) throw new Error(`it took ${seconds.toFixed(3)} s, the median of ${REPEATED_PUSHES}`)
  return `${seconds.toFixed(3)} s, ${wall.toFixed(3)} s with the process, medians of ${REPEATED_PUSHES}`
})

test.full(`a first push of 2 GB takes at most ${MEMORY_MB} MB of memory`, async ({ work, groundcrewCold, measure, emptyRegistry }) => {
  const large = join(work, 'large.tar')
  await writeSavedArchive({ path: large, bytes: 2 * GB, layers: LAYERS })
  await emptyRegistry()
  const figure = await measure(groundcrewCold, large)
  await rm(large)
  return withinMemory(figure)
})

test.full(`groundcrew apply of a release archive (.tar.gz) of 2 GB takes at most ${MEMORY_MB} MB of memory`, async (context) => {
  const { installation, work, measure, emptyRegistry } = context
  const archive = join(work, inputFiles.archive)
  await writeReleaseArchive(archive, version, GB)
  await emptyRegistry()
  return withinMemory(await measure(await bundledApply(installation, archive), archive))
})

test.run()

/** The kernel counts MiB. */
function withinMemory({ memory, wall }: Measurement): string {
  const megabytes = (memory * 2 ** 20) / 1e6
  if (!(megabytes <= MEMORY_MB)) throw new Error(`${megabytes.toFixed(0)} MB`)
  return `${megabytes.toFixed(0)} MB, ${wall.toFixed(1)} s`
}

/** The command as it ships, with an archive that was not read before. */
async function bundledApply(installation: LabInstallation, archive: string): Promise<Pusher> {
  await makeBundle()
  const file = await installation.withEdits('large', (document) => document.setIn(['images', 'archive'], archive))
  const options = ['--auto-approve', '-target', 'image', '--state', join(installation.folder, 'state-large'), '-f', file]
  return { name: 'groundcrew apply', command: () => ({ command: commandLine(bundled, 'apply', ...options), env: installation.ownEnv }) }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

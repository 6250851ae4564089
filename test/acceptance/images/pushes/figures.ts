import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Figure } from '../../../../scripts/bench/measure.ts'
import { bundled, line, makeBundle } from '../../../../scripts/bench/programs.ts'
import { writeSaved } from '../../../../scripts/bench/push/archive.ts'
import { empty, measured } from '../../../../scripts/bench/push/measure.ts'
import { type Pusher, pushers, workFolder } from '../../../../scripts/bench/push/pushers.ts'
import type { Lab } from '../../../../scripts/lab/index.ts'
import { inputFiles, version } from '../../../../scripts/lab/inputs/desiredState.ts'
import { writeReleaseArchive } from '../../../../scripts/lab/inputs/releaseArchive.ts'
import type { LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import type { PushResult } from './push.ts'

/** Seconds and MB (the kernel counts MiB). */
const UNCHANGED = 0.1
const MEMORY = 150
const GB = 1e9

/** Quick runs are for machines that do other things meanwhile: figures are told, and only what does not hang on them is proved. */
export async function figures(report: Report, installation: LabInstallation, isQuick: boolean): Promise<void> {
  const { lab } = installation
  await using work = await workFolder()
  const { ours, unread, crane } = await pushers(lab, work.path)
  const small = join(work.path, 'small.tar')
  await writeSaved({ path: small, bytes: isQuick ? 50e6 : 200e6, layers: ['first', 'second', 'third'] })
  await report.line('a first push beside crane, at the same compression', () => paired(lab, work.path, small, ours, crane, isQuick))
  await report.line('a push of what is there sends no blob', () => unchanged(lab, work.path, small, ours, isQuick))
  if (isQuick) return
  await report.line(`a first push of 2 GB takes no more than ${MEMORY} MB`, async () => {
    const large = join(work.path, 'large.tar')
    await writeSaved({ path: large, bytes: 2 * GB, layers: ['first', 'second', 'third'] })
    await empty(lab, work.path)
    const figure = await measured(unread, large, lab.env.REGISTRY ?? '')
    await rm(large)
    return withinMemory(figure)
  })
  await report.line(`groundcrew apply of a release archive (.tar.gz) of 2 GB takes no more than ${MEMORY} MB`, async () => {
    const archive = join(work.path, inputFiles.archive)
    await writeReleaseArchive(archive, version, GB)
    await empty(lab, work.path)
    return withinMemory(await measured(await bundledApply(installation, archive), archive, lab.env.REGISTRY ?? ''))
  })
}

function withinMemory({ memory, wall }: Figure): string {
  const megabytes = (memory * 2 ** 20) / 1e6
  if (!(megabytes <= MEMORY)) throw new Error(`${megabytes.toFixed(0)} MB`)
  return `${megabytes.toFixed(0)} MB, ${wall.toFixed(1)} s`
}

/** The command as it ships, on an archive that nobody has read. */
async function bundledApply(installation: LabInstallation, archive: string): Promise<Pusher> {
  await makeBundle()
  const file = await installation.withEdits('large', (it) => it.setIn(['images', 'archive'], archive))
  const options = ['--auto-approve', '-target', 'image', '--state', join(installation.folder, 'state-large'), '-f', file]
  return { name: 'groundcrew apply', command: () => ({ command: line(bundled, 'apply', ...options), env: installation.ownEnv }) }
}

async function paired(lab: Lab, work: string, archive: string, ours: Pusher, crane: Pusher, isQuick: boolean): Promise<string> {
  // As after a plan: the archive has been read.
  await measured(ours, archive, lab.env.REGISTRY ?? '')
  const ratios: number[] = []
  for (let pair = 0; pair < (isQuick ? 3 : 9); pair++) {
    const walls = new Map<Pusher, number>()
    for (const pusher of pair % 2 === 0 ? [ours, crane] : [crane, ours]) {
      await empty(lab, work)
      walls.set(pusher, (await measured(pusher, archive, lab.env.REGISTRY ?? '')).wall)
    }
    ratios.push((walls.get(ours) ?? Number.NaN) / (walls.get(crane) ?? Number.NaN))
  }
  const middle = median(ratios)
  if (!isQuick && !(middle <= 1)) throw new Error(`${middle.toFixed(2)} of crane's time, the median of ${ratios.length} pairs`)
  return `${middle.toFixed(2)} of crane's time, the median of ${ratios.length} pairs`
}

async function unchanged(lab: Lab, work: string, archive: string, ours: Pusher, isQuick: boolean): Promise<string> {
  await empty(lab, work)
  await measured(ours, archive, lab.env.REGISTRY ?? '')
  const pushes: { seconds: number; wall: number }[] = []
  for (let i = 0; i < (isQuick ? 1 : 9); i++) {
    const { stdout, wall } = await measured(ours, archive, lab.env.REGISTRY ?? '')
    const { sentBytes, seconds } = JSON.parse(stdout) as PushResult & { sentBytes: number }
    if (sentBytes !== 0) throw new Error(`it sent ${sentBytes} bytes`)
    pushes.push({ seconds, wall })
  }
  const middle = (key: 'seconds' | 'wall') => median(pushes.map((one) => one[key]))
  if (!isQuick && middle('seconds') > UNCHANGED)
    throw new Error(`it took ${middle('seconds').toFixed(3)} s, the median of ${pushes.length}`)
  return `${middle('seconds').toFixed(3)} s, ${middle('wall').toFixed(3)} s with the process, medians of ${pushes.length}`
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN

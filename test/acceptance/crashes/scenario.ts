import { join } from 'node:path'
import { expectExit, type LabInstallation } from '../support/installation.ts'
import type { Moment } from './crashTrial.ts'

/** A kind of apply that can be brought about again and again. */
export type Scenario = {
  /** `a first apply`. */
  readonly name: string
  /** True when it can only begin on a new lab. */
  readonly needsNewLab: boolean
  /** How many journal records its apply writes when it is not interrupted. */
  readonly records: number
  /** The moments at which a quick run kills it. */
  readonly sample: readonly Moment[]
  /** Brings an installation, in whatever condition, to the start of the apply. */
  begin(installation: LabInstallation): Promise<void>
  /** The desired state that is applied. */
  file(installation: LabInstallation): string
  /** Throws unless the installation matches that file, as other clients show it. */
  expect(installation: LabInstallation): Promise<void>
}

/** A file beside the desired state. */
export const fileBeside = (installation: LabInstallation, name: string): string => join(installation.folder, name)

/** An uninterrupted apply. */
export async function applied(installation: LabInstallation, file: string): Promise<void> {
  expectExit(await installation.apply('-f', file), 0)
}

/** Helm's history has exactly one deployed revision, the newest. */
export async function newestRevisionIsDeployed(installation: LabInstallation, release: string): Promise<void> {
  const history = JSON.parse(await installation.helm('history', release, '-o', 'json')) as { revision: number; status: string }[]
  const deployed = history.filter(({ status }) => status === 'deployed')
  if (deployed.length === 1 && history.at(-1)?.status === 'deployed') return
  throw new Error(`helm history: ${history.map(({ revision, status }) => `${revision} ${status}`).join(', ')}`)
}
